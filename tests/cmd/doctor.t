#!/usr/bin/env bash
# ir-doctor: what is configured and where each value comes from, what is reachable and permitted; no secret shown
. "${0%/*}/../lib.sh"
need jq git

check 'with nothing at all' -o 'like:ok.*config:.*ir.conf' -o 'like:project:none' -o 'like:(warn|ok).*engine:' -- ir-doctor
printf 'hunter2\n' >"$T/token" && chmod 600 "$T/token"
mkdir shop && cd shop && printf 'services:\n  web: {image: x}\n  db: {image: x}\n' >compose.yaml
cat >"$IR_CONF" <<CONF
[env]
name = prod
[service "shop"]
compose = web
[check "login"]
url = http://localhost:1/login?token=hunter2
token-file = $T/token
header = X-Key: hunter2
expect-status = 200
[check "tool"]
command = tool --password hunter2
CONF
export DOCKER_HOST=unix://$T/no.sock COMPOSE_PROJECT_NAME=Laden PAGER=less
check 'a configured place' -s 1 -o "like:ok	-	config:$IR_CONF	read, 4 sections" -o save:"$T/text" -- ir-doctor --settings
unlike 'no secret anywhere' "$(cat "$T/text"; ir-doctor; ir-doctor -j --settings; ir-doctor -j --settings | ir-show -)" hunter2
row() {
	awk -F '\t' -v s="$1" '$5 == s { print $3 ": " $6 }' "$T/text"
}
is 'a setting and its place' "$(row setting:check.login.expect-status)" "ok: 200, by $IR_CONF:9"
is 'a secret' "$(row setting:check.login.token-file)" "ok: ***, by $IR_CONF:7"
is 'a header' "$(row 'setting:check.login.header[1]')" "ok: X-Key: ***, by $IR_CONF:8"
is 'a command' "$(row setting:check.tool.command)" "ok: tool ***, by $IR_CONF:11"
is 'a setting of a service is the service'"'"'s' "$(grep -c 'ok	shop	setting:service.shop.compose\[1\]	web, by' "$T/text")" 1
is 'the environment by which records go' "$(row setting:environment)" 'ok: prod, by --env, IR_ENV or [env] name'
is 'a variable in effect' "$(row variable:DOCKER_HOST)" "ok: unix://$T/no.sock, by the environment"
is 'the project and how it was found' "$(row project:laden)" "ok: laden, 2 services, by $PWD/compose.yaml"
is 'an engine that was named and is not there' "$(row "engine:unix://$T/no.sock")" "fail: cannot connect to $T/no.sock: there is no such socket"
like 'the journal' "$(row journal:journal)" "^ok: $IR_JOURNAL, writable, [0-9]+ records?, .*, chain verifies, head [0-9a-f]{12}$"
is 'a tool' "$(row tool:git)" "ok: $(command -v git)"
like 'a name of a check' "$(row name:localhost)" '^ok: '
is 'what is bad comes first' "$(head -1 "$T/text" | cut -f3,5)" "fail	engine:unix://$T/no.sock"
check 'a section is one line' -s 1 -o "has:ok	-	check:login	configured at $IR_CONF:5: url = http://localhost:1/login?token=***, token-file = ***, header = X-Key: ***, expect-status = 200" \
	-o "has:ok	shop	service:shop	configured at $IR_CONF:3: compose = web" -o lacks:setting:check. -- ir-doctor
is 'as members' "$(ir-doctor --settings -j | jq -rc 'select(.name == "setting check.login.expect-status") | [.setting, .value, .origin]')" \
	"[\"check.login.expect-status\",\"200\",\"$IR_CONF:9\"]"

cp "$IR_CONF" kept.conf
cat >"$IR_CONF" <<CONF
[logs "shop"]
path = /var/log/shop/*.log
service = web
[logs "all"]
url = http://127.0.0.1:1/
table = app
token-env = NO_SUCH_TOKEN
[logs "odd"]
service = web
CONF
check 'sources of logs' -s 1 -o "has:ok	web	logs:shop	configured at $IR_CONF:1: path = /var/log/shop/*.log" \
	-o "has:fail	web	logs:odd	$IR_CONF:8: [logs \"odd\"] does not tell of which type it is" -o like:'fail.*logs.all.token-env' -- ir-doctor
is 'what they are' "$(ir-doctor -j | jq -rc 'select(.subject == "logs:shop") | [.value, .origin]')" "[\"file:///var/log/shop/*.log\",\"$IR_CONF:1\"]"
: >"$IR_CONF"
check 'the containers are read where none is configured' -s 1 -o 'has:ok	-	logs:laden	docker://laden, by compose' -- ir-doctor
cp kept.conf "$IR_CONF"

chmod 644 "$T/token"
check 'a secret that others may read' -s 1 -o 'like:fail.*setting:check.login.token-file.*others may read it' -- ir-doctor
cat >"$IR_CONF" <<CONF
[check "a"]
url = http://behind-a-socket.invalid/
unix-socket = /run/x.sock
[check "b"]
url = http://a-proxy-knows-it.invalid/
proxy = http://127.0.0.1:1
[check "c"]
url = http://said.invalid/
resolve = said.invalid:80:127.0.0.1
[check "d"]
url = http://nowhere.invalid/
CONF
check 'names that are not asked of the resolver' -s 1 -o lacks:name:behind -o lacks:name:a-proxy -o lacks:name:said -o 'like:fail	-	name:nowhere.invalid	' -- ir-doctor
printf '[check "x"]\nservice = y\n' >"$IR_CONF"
printf '[check "x"]\ncommand = true\n[check "y"]\nunit = y.service\n' >"$IR_CONF"
if [ -e /run/systemd/system ]; then
	skip 'host without systemd'
else
	check 'units, and no systemd' -s 1 -o 'like:warn	-	tool:systemctl	' -- ir-doctor
fi
printf '[check "x"]\ntoken-command = touch %s\nurl = http://127.0.0.1:1/\n' "$T/ran" >"$IR_CONF"
check 'no command of the configuration is run' -s 1 -o has:check:x -- ir-doctor
ok 'not for a secret either' [ ! -e "$T/ran" ]
printf '[check "x"]\nservice = y\n' >"$IR_CONF"
check 'a check that says nothing' -s 1 -o 'like:fail	y	check:x	' -- ir-doctor
echo 'nonsense' >"$IR_CONF"
check 'a configuration that cannot be read' -s 78 -o ignore -e 'has:ir.conf:1' -- ir-doctor
: >"$IR_CONF"
IR_JOURNAL=off check 'the journal is off' -s 1 -o 'like:warn	-	journal:journal	off' -e 'has:warning: no journal' -- ir-doctor
IR_JOURNAL=/proc/nope check 'the journal cannot be written' -s 1 -o 'like:fail	-	journal:journal	' -e ignore -- ir-doctor
printf 'services: [\n' >compose.yaml
check 'a compose file that cannot be parsed' -s 1 -o 'like:fail	-	project:.*compose.yaml' -- ir-doctor
DOCKER_HOST=ssh://me@host check 'an engine over ssh, with the fix' -s 1 -o 'has:"hint":"forward its socket: ssh -nNT' -- ir-doctor -j

# dependencies: where each was found, and which source won
export DOCKER_HOST=unix://$T/no.sock
mkdir "$T/deps" && cd "$T/deps" || exit
printf '%s\n' 'REDIS_URL=redis://:hunter2@localhost:1/2' 'DATABASE_URL=postgresql://me:hunter2@elsewhere.invalid/other' >.env
cat >"$IR_CONF" <<CONF
[cache "sessions"]
service = web
url = redis://localhost:1/5
password-file = $T/token
CONF
chmod 600 "$T/token"
export DATABASE_URL=postgresql://me:hunter2@localhost:3/shop
ir-doctor >"$T/text" 2>"$T/err"
is 'what the environment says wins over .env' "$(row dependency:database)" 'ok: postgresql://localhost:3/shop, by DATABASE_URL'
is 'what .env says' "$(row dependency:redis)" 'ok: redis://localhost:1/2, by .env:1'
is 'what ir.conf says is its section, and its service'"'"'s' "$(grep -c 'ok	web	cache:sessions	configured at' "$T/text")" 1
is 'not told twice' "$(row dependency:sessions)" ''
is 'names of their hosts are asked of the resolver, once' "$(grep -c 'name:localhost' "$T/text")" 1
unlike 'of what lost, nothing' "$(cat "$T/text")" elsewhere
unlike 'no secret of theirs' "$(cat "$T/text" "$T/err" "$IR_JOURNAL"/*.jsonl; ir-doctor -vv --settings 2>&1)" hunter2
printf '[cache "sessions"]\nurl = redis://localhost:1/5\nwarn = memroy 80%%\n' >"$IR_CONF"
check 'one that cannot be used as it is written' -s 1 -o "like:fail	-	dependency:none	$IR_CONF:3: .*memroy" -- ir-doctor
unset DATABASE_URL
: >"$IR_CONF"

if can docker; then
	docker_up
	cd .. && check 'an engine that answers' -o 'like:ok	-	engine:unix://.*	Docker/[0-9.]+.*, API 1[.][0-9]+, context default, by DOCKER_HOST: [0-9]+ container' -- ir-doctor
else
	skip docker
fi
done_testing
