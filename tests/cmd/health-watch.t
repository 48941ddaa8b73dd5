#!/usr/bin/env bash
# ir-health -w: everything once, then changes only, for as long as it is let
. "${0%/*}/../lib.sh"
need jq

cat >"$IR_CONF" <<CONF
[check "steady"]
command = true
[check "moody"]
command = test -e $T/good || { echo no good >&2; exit 1; }
CONF
touch "$T/good"
lines() {
	[ "$(wc -l <"$T/watch")" -ge "$1" ]
}
ir-health -w --interval 100ms -c status,subject,change,summary >"$T/watch" 2>"$T/watch.err" &
W=$!
await 10 lines 2
like 'all at first, without marks' "$(head -2 "$T/watch" | sort)" '^ok	command:moody	-	exit 0 in'
rm "$T/good"
await 10 lines 3
is 'a change, marked' "$(sed -n 3p "$T/watch")" 'fail	command:moody	~	~ exit 1: no good'
touch "$T/good"
await 10 lines 4
like 'and back' "$(sed -n 4p "$T/watch")" '^ok	command:moody	~	~ exit 0 in'
sleep 0.5
is 'nothing else is printed' "$(wc -l <"$T/watch")" 4
kill -TERM $W
wait $W
is 'ended by a signal: 130' $? 130
ir-health -w --interval 100ms | head -1 >"$T/one" &
H=$!
await 10 sh -c "! pgrep -f 'ir-health -w --interval 100ms$'"
ok 'it does not watch for nobody' ir_gone $H
is 'nothing on standard error' "$(cat "$T/watch.err")" ''
like 'the journal has what was printed' "$(ir-show --no-header -o json "$(ir-health -o id moody)" | jq -r .summary)" '^exit 0 in'

if can docker && can compose; then
	: >"$IR_CONF"
	docker_up
	compose_up watch <<'YAML'
version: "2.4"
services:
  web: { image: box, network_mode: none }
  db: { image: box, network_mode: none }
YAML
	ir-health -w --interval 100ms -c status,service,change,summary >"$T/watch" 2>"$T/watch.err" &
	W=$!
	await 20 lines 2
	docker rm -f "${PROJECT}_db_1" >/dev/null
	await 20 lines 4
	is 'a container that goes' "$(grep -c '^unknown	db	-	- gone' "$T/watch")" 1
	is 'and what lacks now' "$(grep -c '^fail	db	+	+ never created' "$T/watch")" 1
	docker-compose up -d >/dev/null 2>&1
	# it may be seen between its creation and its start
	came() {
		grep -q '^ok	db	[+~]	[+~] running, no healthcheck' "$T/watch"
	}
	await 20 came
	ok 'a container that comes' came
	docker-compose up -d --force-recreate -t 0 web >/dev/null 2>&1
	recreated() {
		grep -q '^ok	web	[~+]' "$T/watch"
	}
	await 20 recreated
	ok 'another container for the same service is a change' recreated
	kill -TERM $W
	wait $W

	ln -s "$DOCKER_SOCK" "$T/engine.sock"
	DOCKER_HOST=unix://$T/engine.sock ir-health -w --interval 100ms -c status,service,type,change,summary >"$T/watch2" 2>>"$T/watch.err" &
	W=$!
	settled() {
		for s in web db; do grep "	$s	container	" "$T/watch2" | tail -1 | grep -q '^ok	.*running' || return; done
	}
	await 20 settled
	before=$(wc -l <"$T/watch2")
	rm "$T/engine.sock"
	await 20 grep -q '^unknown	-	engine	+	+ cannot connect' "$T/watch2"
	sleep 0.5
	ln -s "$DOCKER_SOCK" "$T/engine.sock"
	await 20 grep -q '^ok	-	engine	-	- it answers again' "$T/watch2"
	sleep 0.5
	is 'an engine that does not answer for a while: its containers are not gone' "$(($(wc -l <"$T/watch2") - before))" 2
	kill -TERM $W
	wait $W
	is 'memory does not leak to standard error' "$(cat "$T/watch.err")" ''
else
	skip docker
fi
done_testing
