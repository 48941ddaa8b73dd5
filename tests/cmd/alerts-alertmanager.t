#!/usr/bin/env bash
# ir-alerts and ir-ack with a real Alertmanager that a real Prometheus tells what fires
. "${0%/*}/../lib.sh"
need alertmanager prometheus nginx jq
export DOCKER_HOST=unix://$T/no-engine.sock IR_WHO=ana IR_ENV=shop
: "${ROUNDS:=$([ -n "${IR_SOAK:-}" ] && echo 100 || echo 20)}" "${MANY:=$([ -n "${IR_SOAK:-}" ] && echo 200 || echo 20)}"

alertmanager_up one <<'END'
route: {receiver: sre, group_by: [alertname], group_wait: 1s, group_interval: 1s}
receivers: [{name: sre}]
inhibit_rules: [{source_matchers: ['alertname="Source"'], target_matchers: ['alertname="Target"']}]
END
AM=http://127.0.0.1:$ALERTMANAGER_PORT

# metrics LINE…: what is scraped from now on.
metrics() {
	printf '%s\n' "$@" >"$T/metrics.new" && mv "$T/metrics.new" "$T/metrics"
}

well() {
	for i in a b c; do echo "down{instance=\"$i\",cluster=\"eu\"} 1"; done
	echo 'down{instance="d",cluster="us"} 1'
	printf '%s\n' 'source 1' 'target 1' 'slow{service="web"} 1'
	# quote, comma, backslash, bar, line end, UTF-8, 2 kB
	printf 'odd{value="%s"} 1\n' 'a\"b' 'a,b' 'a\\b' 'a|b' 'a\nb' 'größe ☃' 'a.b' aXb "$BIG" ' '
}
BIG=$(head -c 2048 /dev/zero | tr '\0' x)
mapfile -t lines < <(well)
metrics "${lines[@]}"
prometheus_up <<'END'
groups:
- name: all
  rules:
  - {alert: Down, expr: down > 0, labels: {severity: critical}, annotations: {summary: 'host {{ $labels.instance }} is down', runbook_url: 'https://runbooks.example/down'}}
  - {alert: Source, expr: source > 0}
  - {alert: Target, expr: target > 0}
  - {alert: Slow, expr: slow > 0, labels: {severity: warning}}
  - {alert: Odd, expr: odd > 0}
  - {alert: Race, expr: race > 0}
END

printf '[pager "am"]\nurl = %s\n' "$AM" >"$IR_CONF"
firing() {
	[ "$(curl -s "$AM/api/v2/alerts" | jq length)" = "$1" ]
}
ok 'they fire' await 20 firing 17
silences() {
	curl -s "$AM/api/v2/silences" | jq -c '[.[] | select(.status.state == "active")] | sort_by(.startsAt)'
}
# quiet: names and instances of what is silenced.
quiet() {
	curl -s "$AM/api/v2/alerts" | jq -r '.[] | select(.status.silencedBy != []) | .labels.alertname + " " + (.labels.instance // .labels.value // "")' | LC_ALL=C sort | tr '\n' ';'
}

# ---- the list
check 'what pages' -s 1 -o save:rows -o lines:16 -- ir-alerts
like 'a row' "$(cat rows)" $'^alr-.*\tfail\t-\talert:Down@a\tcritical: host a is down$'
like 'of a service' "$(cat rows)" $'\twarn\tweb\talert:Slow\twarning: Slow$'
unlike 'not what another inhibits' "$(cat rows)" Target
check 'but when asked' -s 1 -o lines:1 -o 'has:inhibited: Target' -- ir-alerts --state inhibited
ir-alerts -j Down >json
is 'members' "$(jq -c 'select(.kind == "alert" and (.labels | index("instance=a"))) | [.pager, .pager_type, .name, .severity, .state, .description, .assigned, .labels, .acks, .mine]' json)" \
	'["am","alertmanager","Down","critical","firing","host a is down",["sre"],["alertname=Down","cluster=eu","instance=a","job=test","severity=critical"],[],null]'
is 'links' "$(jq -c 'select(.kind == "alert") | .links[0]' json | sort -u)" '"https://runbooks.example/down"'
is 'since when, and which' "$(jq -c 'select(.kind == "alert") | [.alert, .time]' json | sort)" \
	"$(curl -s "$AM/api/v2/alerts?filter=alertname=Down" | jq -c '.[] | [.fingerprint, .startsAt]' | sort)"

# ---- an ack: alone, again, by whom, until when
handle() {
	ir-alerts -o tsv --no-header "$1" | awk -F'\t' -v s="alert:$1${2:+@$2}" '$5 == s { print $1 }'
}
A=$(handle Down a) B=$(handle Down b) C=$(handle Down c) D=$(handle Down d) S=$(handle Slow)
ids=("$A" "$B" "$C")
check 'a plan' -o lines:4 -o 'has:silence alertname="Down", cluster="eu" for 15m: 3 alerts' -e 'has:that an alert is resolved will not be told' -e 'has:are covered, too' -- ir-ack -n "${ids[@]}"
is 'did nothing' "$(silences)" '[]'
check 'three of four' -o lines:3 -o 'like:^act-.*	done	-	alert:Down@a	acked until [0-9:]*Z$' -e ignore -- ir-ack -m 'inc-7k3f2q8m looking' "${ids[@]}"
is 'by one silence, by the convention' "$(silences | jq -c '.[] | [.createdBy, .comment, [.matchers[] | [.name, .value, .isRegex, .isEqual]]]')" \
	'["ana","ACK! inc-7k3f2q8m looking (ir-ack)",[["alertname","Down",false,true],["cluster","eu",false,true]]]'
is 'of these, and no others' "$(quiet)" 'Down a;Down b;Down c;'
like 'for a quarter of an hour' "$(silences | jq '.[] | ((.endsAt | sub("\\.[0-9]+"; "") | fromdate) - (.startsAt | sub("\\.[0-9]+"; "") | fromdate))')" '^(899|900|901)$'
check 'all see it' -s 1 -o lines:3 -o 'like:acked by ana until [0-9:]*Z: critical: host b is down' -- ir-alerts --state acked
is 'with what for' "$(ir-alerts -j --state acked | jq -r 'select(.kind == "alert") | .ack_note' | sort -u)" 'inc-7k3f2q8m looking'
first=$(silences | jq -r '.[0].id')
check 'again: nothing to do' -o lines:3 -o 'like:	noop	.*Down@a	ana has it already until' -- ir-ack "${ids[@]}"
check 'nor for another' -o lines:1 -o 'like:	noop	.*	ana has it already until' -- env IR_WHO=bob ir-ack "$A"
is 'no second silence' "$(silences | jq length)" 1
check 'some of it' -o lines:2 -o 'like:	noop	.*Down@a	ana has' -o 'like:	done	.*Down@d	acked' -e ignore -- ir-ack "$A" "$D"
is 'what is acked may be covered once more, what was not chosen may not' "$(quiet)" 'Down a;Down b;Down c;Down d;'
check 'given back' -o lines:1 -o 'like:	done	.*Down@d	no longer acked' -- ir-ack --undo --wide "$D"
is 'that one' "$(silences | jq -r '.[].id')" "$first"

# ---- renewed
check 'renewed' -o lines:3 -o 'like:	done	.*Down@a	renewed until' -- ir-ack --renew --for 1h
is 'the same silence' "$(silences | jq -c '[.[] | [.id, .createdBy, .comment]]')" "[[\"$first\",\"ana\",\"ACK! inc-7k3f2q8m looking (ir-ack)\"]]"
like 'for an hour' "$(silences | jq '.[] | ((.endsAt | sub("\\.[0-9]+"; "") | fromdate) - now) / 60 | round')" '^(59|60)$'
check 'it holds longer' -o lines:1 -o 'like:	noop	.*Down@a	it holds longer already' -- ir-ack --renew --for 1m "$A"
check 'not of another' -s 3 -o 'has:somebody else has it: say --anyone' -- env IR_WHO=bob ir-ack --renew --for 2h "$A"
check 'unless he says so' -o 'like:	done	.*renewed' -e ignore -- env IR_WHO=bob ir-ack --renew --anyone --for 2h "$A"
is 'it stays whose it was' "$(silences | jq -r '.[0] | .id + " " + .createdBy')" "$first ana"
check 'what nobody has' -s 3 -o 'has:nobody has acked it, or the ack has ended: ack it again' -- ir-ack --renew "$S"

# ---- given back
check 'one of three' -s 3 -o 'has:refused' -o 'has:the silence that holds it holds 2 more alerts: name them, too, or say --wide' -- ir-ack --undo "$A"
check "another's" -s 3 -o 'has:ana has it: say --anyone' -- env IR_WHO=bob ir-ack --undo "${ids[@]}"
check 'all of them' -o lines:3 -o 'like:	done	.*Down@c	no longer acked$' -- ir-ack --undo "${ids[@]}"
is 'it pages again' "$(quiet)" ''
check 'again' -o lines:3 -o 'like:	noop	.*Down@c	nobody has acked it$' -- ir-ack --undo "${ids[@]}"

# ---- over-matches
check 'two of four, one here and one there' -o lines:2 -e ignore -- ir-ack "$A" "$D"
is 'no others' "$(quiet)" 'Down a;Down d;'
check 'given back' -o lines:2 -- ir-ack --undo "$A" "$D"
check 'wide: what else' -o lines:1 -o 'has:acked until' -e 'has:3 alerts are covered that were not chosen' -- ir-ack --wide "$A"
is 'all of that name' "$(quiet)" 'Down a;Down b;Down c;Down d;'
check 'given back, with the others' -o lines:1 -o 'has:no longer acked' -e 'has:3 alerts are covered that were not chosen' -- ir-ack --undo --wide "$A"
is 'and nothing is left' "$(quiet)" ''

# ---- a silence of another kind, and one that karma made
curl -s -o /dev/null -H 'Content-Type: application/json' "$AM/api/v2/silences" -d '{"matchers":[{"name":"alertname","value":"Slow","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z","createdBy":"carl","comment":"upgrade"}'
check 'silenced' -s 1 -o lines:1 -o 'like:silenced by carl until 2099-01-01: warning: Slow' -- ir-alerts --state silenced
check 'is not acked' -o 'like:	done	.*Slow	acked' -e ignore -- ir-ack "$S"
check 'now it is' -s 1 -o lines:1 -o 'has:acked by ana' -- ir-alerts --state acked
check 'given back' -o 'has:no longer acked: another silence holds it still' -- ir-ack --undo "$S"
curl -s -o /dev/null -H 'Content-Type: application/json' "$AM/api/v2/silences" -d '{"matchers":[{"name":"cluster","value":"us","isRegex":false},{"name":"alertname","value":"Down","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z","endsAt":"'"$(date -u -d '+5 min' +%FT%TZ)"'","createdBy":"karma","comment":"ACK! This alert was acknowledged using karma on x"}'
check "karma's" -o 'like:	noop	.*Down@d	karma has it already until' -- ir-ack "$D"
karma=$(silences | jq -r '.[] | select(.createdBy == "karma") | .id')
check 'renewed, whatever the order of its matchers' -o 'like:	done	.*Down@d	renewed until' -- ir-ack --renew --anyone "$D"
is 'it is the same silence' "$(silences | jq -r '.[] | select(.createdBy == "karma") | .id')" "$karma"
check 'given back' -o has:done -- ir-ack --undo --anyone "$D"
for id in $(silences | jq -r '.[].id'); do curl -s -o /dev/null -X DELETE "$AM/api/v2/silence/$id"; done

# ---- odd values, each alone and all at once
ir-alerts -o id Odd >odd
is 'ten of them' "$(wc -l <odd)" 10
bad=
for i in $(cat odd); do
	ir-ack -q "$i" >out 2>&1 && grep -q acked out && [ "$(curl -s "$AM/api/v2/alerts" | jq '[.[] | select(.status.silencedBy != [])] | length')" = 1 ] &&
		ir-ack -q --undo "$i" >out 2>&1 && [ "$(quiet)" = '' ] || bad+="$i $(cat out)"
done
is 'each value is matched by itself, and nothing else' "$bad" ''
check 'all but one' -o lines:9 -o lacks:failed -e ignore -- sh -c 'ir-ack $(head -9 odd)'
is 'by one silence' "$(silences | jq length)" 1
is 'nine are quiet' "$(curl -s "$AM/api/v2/alerts" | jq '[.[] | select(.status.silencedBy != [])] | length')" 9
check 'given back' -o lines:9 -o lacks:failed -- sh -c 'ir-ack --undo $(head -9 odd)'

# ---- it ends by itself
check 'for a second' -o 'has:acked until' -e ignore -- ir-ack --for 1s "$S"
ok 'then it pages again' await 10 sh -c "ir-alerts --state firing Slow | grep -q warning"
check 'what has ended cannot be renewed' -s 3 -o 'has:the ack has ended' -- ir-ack --renew "$S"
check 'but acked again' -o 'has:acked until' -e ignore -- ir-ack "$S"
check 'given back' -o has:done -- ir-ack --undo "$S"

# ---- a silence of the same alerts that has not begun holds nothing
later() { date -u -d "$1 hours" +%FT%TZ; }
later=$(curl -s "$AM/api/v2/silences" -H 'Content-Type: application/json' -d "{\"matchers\":[{\"name\":\"alertname\",\"value\":\"Slow\",\"isRegex\":false,\"isEqual\":true}],\"startsAt\":\"$(later 5)\",\"endsAt\":\"$(later 6)\",\"createdBy\":\"bob\",\"comment\":\"ACK! tonight\"}" | jq -r .silenceID)
check 'one that is planned' -o 'like:	done	.*acked until' -e ignore -- ir-ack "$S"
is 'it stays as it is' "$(curl -s "$AM/api/v2/silence/$later" | jq -r '.status.state + " " + .createdBy')" 'pending bob'
check 'given back' -o has:done -- ir-ack --undo "$S"
curl -s -X DELETE "$AM/api/v2/silence/$later"

# ---- it is over in between
ir-alerts -o id Slow >slow
metrics "${lines[@]/slow*/slow\{service=\"web\"\} 0}"
ok 'resolved' await 20 firing 16
check 'an ack of what is over' -o 'like:	noop	.*	it is over' -- sh -c 'ir-ack $(cat slow)'

# ---- what the server says (0.25.0), in each shape: the unit tests' answers are these
says() {
	curl -s -o body -w '%{http_code} ' "${@:3}" && tr -d '\n' <body
}
post() {
	says x x -H 'Content-Type: application/json' "$AM/api/v2/silences" -d "$1"
}
when='"startsAt":"2020-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z","createdBy":"x","comment":"x"'
like 'good' "$(post "{\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":false}],$when}")" '^200 \{"silenceID":"[-0-9a-f]{36}"\}$'
is 'no matchers' "$(post "{\"matchers\":[],$when}")" '422 {"code":612,"message":"matchers in body should have at least 1 items"}'
like 'no comment' "$(post "{\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":false}],\"startsAt\":\"2020-01-01T00:00:00Z\",\"endsAt\":\"2099-01-01T00:00:00Z\",\"createdBy\":\"x\"}")" '^422 \{"code":602,"message":"comment in body is required"\}'
like 'only what matches nothing' "$(post "{\"matchers\":[{\"name\":\"a\",\"value\":\".*\",\"isRegex\":true}],$when}")" '^400 ".*at least one matcher must not match the empty string"'
like 'ended' "$(post "{\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":false}],${when/2099/2021}}")" '^400 "'
like 'no JSON' "$(post '{')" '^400 \{"code":400,"message":"parsing silence body'
like 'no regular expression' "$(post "{\"matchers\":[{\"name\":\"a\",\"value\":\"[\",\"isRegex\":true}],$when}")" '^400 "'
like 'an id that is unknown' "$(post "{\"id\":\"00000000-0000-4000-8000-000000000000\",\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":false}],$when}")" '^404 "silence not found'
is 'asked for one that is unknown: nothing' "$(says x x "$AM/api/v2/silence/00000000-0000-4000-8000-000000000000")" '404 '
like 'taking back one that is unknown' "$(says x x -X DELETE "$AM/api/v2/silence/00000000-0000-4000-8000-000000000000")" '^(500|404) ("silence not found")?'
is 'a filter that is none' "$(says x x "$AM/api/v2/alerts?filter=foo")" '400 "bad matcher format: foo"'
id=$(silences | jq -r '.[0].id')
is 'twice taken back' "$(says x x -X DELETE "$AM/api/v2/silence/$id")$(says x x -X DELETE "$AM/api/v2/silence/$id")" '200 200 '

# ---- two at once: each alert is one's, and the other is told whose
race() {
	for ((i = 0; i < MANY; i++)); do echo "race{group=\"g$((i % 4))\",n=\"$i\"} 1"; done
}
mapfile -t racing < <(race)
metrics "${lines[@]}" "${racing[@]}"
ok 'more fire' await 30 firing $((17 + MANY))
ir-alerts -o id Race | sort >race
wrong=
for ((round = 1; round <= ROUNDS; round++)); do
	# every third time the second takes only some of them, so that silences differ
	if ((round % 3)); then cp race some; else awk "NR % 3 == $((round % 2))" race >some; fi
	IR_WHO=ana ir-ack -q -j $(cat race) >ana.json 2>ana.err &
	IR_WHO=bob ir-ack -q -j $(cat some) >bob.json 2>bob.err
	wait $!
	cat ana.json bob.json | jq -rs '[.[] | select(.kind == "action")] | group_by(.target)[] | [(map(select(.status == "done")) | length), (map(select(.status == "noop" and .by == null)) | length), length,
		((map(select(.status == "done"))[0].who) as $w | map(select(.status == "noop" and .by != $w)) | length)] | join(" ")' | sort | uniq -c >verdict
	[ "$(awk '{ n += $1 } END { print n }' verdict)" = "$MANY" ] && ! awk '$2 != 1 || $3 != 0 || $5 != 0' verdict | grep -q . ||
		wrong+="round $round: $(cat verdict) $(cat ana.err bob.err) "
	[ "$(quiet | tr ';' '\n' | grep -c Race)" = "$MANY" ] || wrong+="round $round: not all are quiet "
	IR_WHO=ana ir-ack -q --undo --anyone --wide $(cat race) >/dev/null 2>undo.err || wrong+="round $round: $(cat undo.err) "
	[ "$(quiet)" = '' ] || wrong+="round $round: some stay quiet "
done
is "two at once, $ROUNDS rounds: each alert is acked by one, and the other knows by whom" "$wrong" ''

# ---- where it is
rm "$IR_CONF" && : >"$IR_CONF"
check 'by its variable' -s 1 -o ignore -- env ALERTMANAGER_URL="$AM" ir-alerts Down
check 'with a password in it' -s 78 -o like:^err- -e 'has:holds a password' -- env ALERTMANAGER_URL="http://u:p@127.0.0.1:$ALERTMANAGER_PORT" ir-alerts Down
mkdir -p "$HOME/.config/prometheus" "$HOME/.config/amtool"
printf 'alertmanager.url: %s\nauthor: zoe\n' "$AM" >"$HOME/.config/prometheus/amtool.yml"
check "by amtool's own file" -s 1 -o lines:4 -- ir-alerts Down
A=$(handle Down a)
check 'its author acks' -o has:done -e ignore -- env -u IR_WHO ir-ack "$A"
is 'in that name' "$(silences | jq -r '.[].createdBy')" zoe
check 'and gives it back' -o has:done -- env -u IR_WHO ir-ack --undo "$A"
check 'unless IR_WHO says who' -o has:done -e ignore -- ir-ack "$A"
is 'who it is' "$(silences | jq -r '.[].createdBy')" ana
printf 'alertmanager.url: http://127.0.0.1:1\n' >"$HOME/.config/amtool/config.yml"
check "amtool's usual place comes first" -s 2 -o ignore -e 'has:connection refused' -- ir-alerts Down
rm "$HOME/.config/amtool/config.yml"

# ---- behind passwords and TLS
tls_cert am 10 DNS:localhost IP:127.0.0.1
tls_cert client 10 DNS:client
printf 'tls_server_config: {cert_file: %s, key_file: %s, client_auth_type: RequireAndVerifyClientCert, client_ca_file: %s}\n' "$T/am.pem" "$T/am.key" "$T/ca.pem" >"$T/web.yml"
spawn prometheus-alertmanager --config.file="$T/one/conf" --storage.path="$T/two" --web.listen-address="127.0.0.1:$((TLS_PORT=$(free_port)))" --cluster.listen-address= --web.config.file="$T/web.yml"
ok 'it listens' await 10 curl -sf --cacert "$T/ca.pem" --cert "$T/client.pem" --key "$T/client.key" "https://localhost:$TLS_PORT/api/v2/status"
chmod 600 "$T/client.key"
printf '[pager "am"]\nurl = https://localhost:%s\nresolve = localhost:%s:127.0.0.1\nca-file = %s\nclient-cert = %s\nclient-key = %s\n' "$TLS_PORT" "$TLS_PORT" "$T/ca.pem" "$T/client.pem" "$T/client.key" >"$IR_CONF"
check 'TLS, both ways' -o empty -- ir-alerts
sed -i '/^client-/d' "$IR_CONF"
check 'without our certificate' -s 2 -o like:^err- -e 'has:am' -- ir-alerts
: >"$IR_CONF"
mkdir "$T/http"
printf 'tls_config: {ca_file: ca.pem, cert_file: client.pem, key_file: client.key}\n' >"$T/http/client.yml"
printf 'alertmanager.url: https://127.0.0.1:%s\nhttp.config.file: %s\n' "$TLS_PORT" "$T/http/client.yml" >"$HOME/.config/prometheus/amtool.yml"
ok 'amtool gets through' env HOME="$HOME" amtool alert query
check "and we do, by its file" -o empty -- ir-alerts
printf 'basic_auth: {username: u, password_file: nope}\n' >"$T/http/client.yml"
check 'a password that is not there' -s 78 -o like:^err- -e 'has:http.config.file' -e "has:$T/nope" -- ir-alerts
printf 'oauth2: {client_id: x}\n' >"$T/http/client.yml"
check 'what we cannot do' -s 78 -o like:^err- -e "has:'oauth2' is not supported" -e 'has:[pager "main"]' -- ir-alerts
# the server itself would want bcrypt: nginx stands before it
printf 'u:%s\n' "$(openssl passwd -apr1 planted-S3cret)" >"$T/htpasswd"
nginx_up front <<END
map \$http_authorization \$ok { default 0; "Bearer planted-S3cret" 1; }
server { listen 127.0.0.1:$((FRONT=$(free_port))); location /basic/ { auth_basic x; auth_basic_user_file $T/htpasswd; proxy_pass $AM/; }
location /bearer/ { if (\$ok = 0) { return 401; } proxy_pass $AM/; } }
END
echo planted-S3cret >"$T/pw" && chmod 600 "$T/pw"
printf 'basic_auth: {username: u, password_file: pw}\n' >"$T/http/client.yml"
printf 'alertmanager.url: http://127.0.0.1:%s/basic\nhttp.config.file: %s\n' "$FRONT" "$T/http/client.yml" >"$HOME/.config/prometheus/amtool.yml"
check 'a password of its file' -s 1 -o lines:4 -- ir-alerts Down
printf 'authorization: {credentials: planted-S3cret}\n' >"$T/http/client.yml"
sed -i s,/basic,/bearer, "$HOME/.config/prometheus/amtool.yml"
check 'a token of its file' -s 1 -o lines:4 -- ir-alerts Down
printf 'alertmanager.url: http://u:planted-S3cret@127.0.0.1:%s/basic\n' "$FRONT" >"$HOME/.config/prometheus/amtool.yml"
check 'a password in its URL, as amtool takes it' -s 1 -o lines:4 -- ir-alerts Down
rm "$HOME/.config/prometheus/amtool.yml"
printf '[pager "am"]\nurl = http://127.0.0.1:%s/basic\nuser = u\npassword-file = %s\n' "$FRONT" "$T/pw" >"$IR_CONF"
check 'a password' -s 1 -o lines:4 -- ir-alerts Down
A=$(handle Down a)
check 'who acks is not who logs in' -o 'has:ana has it already' -- ir-ack "$A"
printf '[pager "am"]\nurl = http://127.0.0.1:%s/bearer\ntoken-file = %s\n' "$FRONT" "$T/pw" >"$IR_CONF"
check 'a token' -s 1 -o lines:4 -- ir-alerts Down
sed -i /token/d "$IR_CONF"
check 'none' -s 2 -o like:^err- -e "has:pager 'am' wants credentials (HTTP status 401)" -- ir-alerts Down

# ---- members of a cluster
alertmanager_up m1 --cluster.listen-address=127.0.0.1:$((GOSSIP=$(free_port))) --cluster.settle-timeout=1s --cluster.gossip-interval=50ms
M1=$ALERTMANAGER M1_PORT=$ALERTMANAGER_PORT
alertmanager_up m2 --cluster.listen-address=127.0.0.1:$(free_port) --cluster.peer=127.0.0.1:"$GOSSIP" --cluster.settle-timeout=1s --cluster.gossip-interval=50ms
for port in $M1_PORT $ALERTMANAGER_PORT; do
	curl -s -o /dev/null -H 'Content-Type: application/json' "http://127.0.0.1:$port/api/v2/alerts" -d '[{"labels":{"alertname":"Both"},"startsAt":"2026-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z"}]'
done
printf '[pager "am"]\nurl = http://127.0.0.1:%s\nurl = http://127.0.0.1:%s\n' "$M1_PORT" "$ALERTMANAGER_PORT" >"$IR_CONF"
check 'both' -s 1 -o lines:1 -o has:Both -- ir-alerts
check 'acked at the first' -o has:done -e ignore -- ir-ack "$(ir-alerts -o id Both)"
ok 'the second knows' await 10 sh -c "curl -s http://127.0.0.1:$ALERTMANAGER_PORT/api/v2/silences | grep -q ACK!"
stop "$M1"
check 'the first is gone: the second tells' -o lines:1 -o 'has:acked by ana' -- ir-alerts
check 'and takes' -o has:done -- ir-ack --undo "$(ir-alerts -o id Both)"
check 'and again' -o has:done -e ignore -- ir-ack "$(ir-alerts -o id Both)"
stop "$ALERTMANAGER"
check 'both are gone' -s 2 -o like:^err- -e 'has:connection refused' -- ir-alerts
done_testing
