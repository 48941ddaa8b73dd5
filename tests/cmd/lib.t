#!/usr/bin/env bash
# The test library itself: servers start, and a check can fail.
. "${0%/*}/../lib.sh"

check 'a command that prints' -o 'is:hello' -- echo hello
check 'a failing one' -s 3 -e 'like:^oh' -- sh -c 'echo oh no >&2; exit 3'
check 'a signal that was asked for' -s signal:KILL -- sh -c 'kill -KILL $$'
failing() {
	local out
	out=$(ir_n=0 ir_bad=0 && check x "$@" 2>&1)
	[[ $out == 'not ok'* ]]
}
ok 'a wrong status is seen' failing -s 1 -- true
ok 'stdout is looked at unasked' failing -- echo hi
ok 'stderr is looked at unasked' failing -- sh -c 'echo hi >&2'
ok 'a crash is never expected' failing -s 1 -- sh -c 'kill -SEGV $$'
ok 'a wrong line is seen' failing -o is:hi -- echo ho
ok 'a missing match is seen' failing -o 'like:^hi' -- echo ho
ok 'every WHAT counts' failing -o like:h -o like:x -- echo ho
ok 'an unwanted match is seen' failing -o 'unlike:ho' -- echo ho
ok 'the number of lines' failing -o lines:2 -- echo ho
ok 'a sanitizer report is seen' failing -- sh -c "echo boom >'$T/sanitizer.1'"
ok 'an unknown WHAT is a failure' failing -o nonsense -- true


# Both checks of records see a member of another type, a missing one and a word that is none.
good='{"kind":"end","v":1,"id":null,"time":"2026-02-01T02:10:00.000Z","source":"ir-health","run":"run-7k3f2q8m","status":"ok","env":"x","service":"","subject":"ir-health","summary":"","refs":[],"complete":true,"ok":1,"warn":0,"fail":0,"unknown":0,"off":[],"exit":0}'
ir-show --schema end >schema.json
walked() {
	jq -r --slurpfile schema schema.json -f "$TOP/tests/schema.jq" <<<"$1"
}
ok 'a good record' "$TOOLS/schema_check" <<<"$good"
for bad in "${good/\"complete\":true/\"complete\":1}" "${good/\"run\":\"run-7k3f2q8m\",/}" "${good/\"status\":\"ok\"/\"status\":\"fine\"}"; do
	unchecked() { "$TOOLS/schema_check" <<<"$bad"; }
	check 'a bad one is seen' -s 1 -o 'like: 1 bad$' -- unchecked
	if can jq; then like 'and by the other check' "$(walked "$bad")" .; else skip jq; fi
done
if can jq; then is 'which is content with the good one' "$(walked "$good")" ''; else skip jq; fi

if can nginx; then
	port=$(free_port)
	nginx_up web <<-CONF
		server { listen 127.0.0.1:$port; location / { return 200 "hello\n"; } }
	CONF
	check 'nginx answers' -o is:hello -- curl -s "http://127.0.0.1:$port/"
else
	skip nginx
fi
if can redis; then
	redis_up
	check 'redis answers' -o is:PONG -- redis-cli -p "$REDIS_PORT" ping
else
	skip redis
fi
if can openssl; then
	tls_cert good 30 DNS:localhost IP:127.0.0.1
	tls_cert old -3 DNS:localhost
	check 'a certificate' -o ignore -- openssl verify -CAfile "$T/ca.pem" "$T/good.pem"
	check 'an expired one' -s 2 -o ignore -e 'has:certificate has expired' -- openssl verify -CAfile "$T/ca.pem" "$T/old.pem"
else
	skip openssl
fi
if can docker; then
	docker_up
	box --network none -- exit 3
	await 30 sh -c "docker inspect -f '{{.State.Status}}' $BOX | grep -q exited"
	check 'a container ends as told' -o is:3 -- docker inspect -f '{{.State.ExitCode}}' "$BOX"
	box --network none --memory 16m --memory-swap 16m -- eat
	# an engine that hears of the end before it hears why never says it: then once more
	ran_out() {
		case $(docker inspect -f '{{.State.Status}} {{.State.OOMKilled}}' "$BOX") in
		*true) ;;
		exited*) docker start "$BOX" >/dev/null && false ;;
		*) false ;;
		esac
	}
	ok 'memory runs out' await 60 ran_out
else
	skip docker
fi
if can compose; then
	compose_up shop <<-YAML
		version: "2.4"
		services:
		  web: {image: box, command: hold, network_mode: none, healthcheck: {test: [CMD, /box, say, fine, "0"], interval: 1s}}
		  worker: {image: box, command: exit 1, network_mode: none}
	YAML
	ok 'compose has a healthy container' await 40 sh -c "docker ps --filter name=$PROJECT | grep '(healthy)'"
else
	skip compose
fi
done_testing
