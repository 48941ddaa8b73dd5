#!/usr/bin/env bash
# ir-health on containers of a real engine: each state told as what it is, and what happens when the engine does not answer
. "${0%/*}/../lib.sh"
need docker compose jq

docker_up private
compose_up shop <<'YAML'
version: "2.4"
services:
  web:
    image: box
    network_mode: none
    restart: unless-stopped
    healthcheck: { test: [CMD, /box, say, fine, "0"], interval: 1s, retries: 2 }
  api:
    image: box
    network_mode: none
    healthcheck: { test: [CMD, /box, say, "curl: (7) Failed to connect to localhost port 8000", "7"], interval: 1s, retries: 2 }
  worker:
    image: box
    network_mode: none
    command: [say, "django.db.utils.OperationalError: could not connect", "1"]
  cron:
    image: box
    network_mode: none
    command: [exit, "1"]
    restart: always
  eater:
    image: box
    network_mode: none
    command: [eat]
    mem_limit: 16m
    memswap_limit: 16m
  migrate:
    image: box
    network_mode: none
    command: [exit, "0"]
  pair:
    image: box
    network_mode: none
    scale: 2
  never:
    image: box
    network_mode: none
  debug:
    image: box
    network_mode: none
    profiles: [debug]
YAML
docker rm -f "${PROJECT}_never_1" >/dev/null

state() {
	docker inspect -f "$2" "${PROJECT}_$1_1"
}
has_state() {
	[ "$(state "$1" "$2")" = "$3" ]
}
restarted() {
	[ "$(state cron '{{.RestartCount}}')" -ge 3 ]
}
await 30 has_state web '{{.State.Health.Status}}' healthy
await 30 has_state api '{{.State.Health.Status}}' unhealthy
# the engine misses the kernel's word now and then: then the container is started once more
killed() {
	has_state eater '{{.State.Status}} {{.State.OOMKilled}}' 'exited true' && return
	! has_state eater '{{.State.Status}}' exited || docker start "${PROJECT}_eater_1"
	return 1
}
await 30 killed
await 30 restarted

check 'a project with failures exits 1' -s 1 -o save:"$T/rows" -- ir-health
row() {
	awk -F '\t' -v s="$1" '$4 == s { print $3 ": " $6 }' "$T/rows"
}
is 'healthy' "$(row web | sed 's/[0-9]*s$/Ns/')" 'ok: healthy, up Ns'
like 'unhealthy, with the words of the last probe' "$(row api)" '^fail: unhealthy for [0-9]+ probes: curl: \(7\) Failed to connect to localhost port 8000$'
like 'exited 1, with its last words' "$(row worker)" '^fail: exited 1, [0-9]+s ago: django.db.utils.OperationalError: could not connect$'
like 'restarting' "$(row cron)" '^fail: restarting: [0-9]+ restarts in 10m, (last exit 1|up [0-9]+s)'
like 'killed for its memory' "$(row eater)" '^fail: killed [0-9]+s ago: out of memory \(limit 16\.0 MiB\)$'
like 'ended with 0, and nothing says what it was' "$(row migrate)" '^warn: exited 0, '
is 'both of two replicas' "$(row pair | grep -c '^ok: running, no healthcheck')" 2
is 'declared, never created' "$(row never)" 'fail: never created: the compose file declares it and there is no container'
is 'nothing for a profile that is off' "$(row debug)" ''
is 'bad ones first' "$(cut -f 3 "$T/rows" | uniq | tr '\n' ' ')" 'fail warn ok '

check 'JSON' -s 1 -o ignore -- ir-health -j
json() {
	jq -rc "select(.kind == \"check\" and .service == \"$1\") | $2" <<<"$OUT" | head -1
}
is 'image, revision and version' "$(json web '[.image, .revision, .image_version]')" '["box","4f2a9c1d","1.2.3"]'
is 'state, health, restarts of the healthy one' "$(json web '[.state, .health, .restarts, .oom_killed]')" '["running","healthy",0,false]'
is 'exit status and output of the healthcheck' "$(json api '[.exit_code, .output]')" '[7,"curl: (7) Failed to connect to localhost port 8000\n"]'
is 'memory' "$(json eater '[.oom_killed, .memory_limit_bytes, .exit_code]')" '[true,16777216,137]'
is 'environment' "$(json web .env)" "default/$PROJECT"
is 'names without numbers of containers' "$(jq -rc 'select(.service == "pair") | .name' <<<"$OUT" | tr '\n' ' ')" 'container container/2 '
is 'the end counts' "$(jq -rc 'select(.kind == "end") | [.complete, .fail, .unknown, .exit]' <<<"$OUT")" '[true,5,0,1]'
is 'and has the environment of its records' "$(jq -r .env <<<"$OUT" | sort -u)" "default/$PROJECT"

first=$(ir-health -o id | sort)
is 'the same ids every time' "$(ir-health -o id | sort)" "$first"
docker restart -t 0 "${PROJECT}_web_1" >/dev/null && await 30 has_state web '{{.State.Health.Status}}' healthy
check 'a restart by hand is not a crash' -o like:'ok.*healthy, up' -- ir-health web

check 'one service' -o lines:1 -o 'has:container:' -- ir-health -s web
check 'one service as operand, and one container' -s 1 -o lines:2 -- ir-health web "${PROJECT}_api_1"
check 'only what is bad' -s 1 -o lines:5 -o 'unlike:	(ok|warn)	' -- ir-health --only fail,unknown
check 'a name that nothing bears' -s 1 -e "has:'nope'" -- ir-health nope
check 'a service that nothing is of' -s 1 -e "has:of service 'nope'" -- ir-health -s nope
check 'and in a project that is not there' -s 1 -e "has:of service 'web'" -- ir-health -p nope -s web
check 'by name, from elsewhere' -s 1 -o 'has:container:' -- sh -c "cd / && exec ir-health -p $PROJECT"
check 'a project that is not there' -s 1 -o 'like:fail.*there is no container of project .nope.; the engine has ' -- ir-health -p nope
check 'the engine answered once: one time for all containers' -s 2 -o "unlike:container'=.*ms" -o "like:'engine'=[0-9.]+ms$" -- ir-health -o nagios
check 'all containers' -s 1 -o "has:container:${PROJECT}_web_1" -- sh -c 'cd / && exec ir-health --all'
check 'one line for a monitoring system' -s 2 -o lines:1 -o 'like:^CRITICAL: 5 fail, 1 warn of 9 - api/container: unhealthy for .* \| ok=3 ' -- ir-health -o nagios

ir-health >"$T/text"
check 'rows through grep, looked at again' -s 1 -o lines:5 -o 'unlike:	(ok|warn)	' -i "$T/text" -- sh -c 'grep fail | ir-health -'
ir-health | grep fail | ir-show - >"$T/a"
ir-health -j | grep '"status":"fail"' | ir-show - >"$T/b"
is 'rows and JSON lead to the same records' "$(grep -c '^chk-' "$T/a") $(sed -n 's/^\(chk-[^ ]*\).*/\1/p' "$T/a" | sort | md5sum)" \
	"$(grep -c '^chk-' "$T/b") $(sed -n 's/^\(chk-[^ ]*\).*/\1/p' "$T/b" | sort | md5sum)"

# one-off containers, a job that others wait for, a container outside compose
docker-compose run -d --no-deps web exit 5 >/dev/null 2>&1
check 'one-off containers are left out' -o lines:1 -- ir-health web

docker pause "${PROJECT}_web_1" >/dev/null
check 'paused' -s 1 -o 'like:fail	web	.*paused' -- ir-health web
docker unpause "${PROJECT}_web_1" >/dev/null
docker stop -t 0 "${PROJECT}_web_1" >/dev/null
check 'stopped by somebody' -s 1 -o 'like:fail	web	.*stopped [0-9]+s ago' -- ir-health web

docker-compose stop -t 0 >/dev/null 2>&1
check 'nothing runs: a failure of its own' -s 1 -o "like:fail	-	project:$PROJECT	nothing runs: [0-9]+ containers of project" -- ir-health

# the engine hangs, is down, is forbidden
kill -STOP "$(cat "$ENGINE/pid")"
begin=${EPOCHREALTIME/./}
check 'an engine that hangs is not known, within the deadline' -s 2 -o 'like:unknown	-	engine:.*no answer within' -- ir-health -t 500ms -T 1s
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
ok "and within it: $took ms" [ $took -lt 2000 ]
kill -CONT "$(cat "$ENGINE/pid")"
docker_down
begin=${EPOCHREALTIME/./}
check 'an engine that is down is not known' -s 2 -o 'like:unknown	-	engine:.*cannot connect to .*: start docker.* or set DOCKER_HOST$' -- ir-health
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
ok "and that at once: $took ms" [ $took -lt 2000 ]
check 'with the fix, as one record' -s 2 -o 'has:"hint":"start docker' -- ir-health -j
docker_start
check 'back again' -s 1 -o 'has:container:' -o 'lacks:engine:' -- ir-health
DOCKER_HOST=ssh://me@host check 'ssh is a matter of configuration, with the fix' -s 78 -o ignore -e 'has:ssh -nNT' -- ir-health
if chmod 660 "$DOCKER_SOCK" && can setpriv; then
	chmod 711 "$T" "$ENGINE" 2>/dev/null
	cp "$BIN/ir-health" "$T/nobodys"	# who may not read the tree, either
	check 'an engine that is forbidden is not known, with the fix' -s 2 -o 'like:unknown.*permission denied on .*' -e ignore -- \
		setpriv --reuid 65534 --clear-groups env HOME=/nonexistent IR_JOURNAL=off IR_CONF=/dev/null "$T/nobodys" -p shop
else
	skip setpriv
fi
done_testing
