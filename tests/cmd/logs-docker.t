#!/usr/bin/env bash
# ir-logs on containers of a real engine: both streams, terminals, lines that the engine cuts, drivers, containers that stopped, run again or flood
. "${0%/*}/../lib.sh"
need docker compose jq

docker_up private
compose_up shop <<'YAML'
version: "2.4"
x-says: &says
  image: box
  network_mode: none
  command: [print, out=one, "err=ERROR two", long=20000, long=16384, long=40000, out=after, cut=half, wait=50, out= a line, hold=]
services:
  web: { <<: *says }
  local: { <<: *says, logging: { driver: local } }
  tty: { <<: *says, tty: true }
  localtty: { <<: *says, tty: true, logging: { driver: local } }
  none: { <<: *says, logging: { driver: none } }
  syslog: { <<: *says, logging: { driver: syslog, options: { syslog-address: "udp://127.0.0.1:9" } } }
  dead: { image: box, network_mode: none, command: [print, out=starting, "err=panic: no more", cut=last words] }
  pair: { image: box, network_mode: none, command: [print, out=here, hold=], scale: 2 }
  east: { image: box, network_mode: none, command: [print, out=far, hold=], environment: { TZ: Asia/Kolkata } }
YAML
box --name "other-$PROJECT" --network none -- print out=outside hold=
has() {
	[[ "$(docker logs "$1" 2>&1 | tail -1 | tr -d '\r\n')" = *"$2" ]]
}
for s in web local tty localtty syslog; do await 60 has "${PROJECT}_${s}_1" 'a line'; done
await 20 has "${PROJECT}_dead_1" 'last words'

lines() {
	jq -r "select(.kind == \"line\" and .service == \"$1\") | $2" <<<"$OUT"
}
# what each of the runs said, a long line by its beginning and how often
said='one
stdout x
stdout x
stdout x
after
half a line'
short() {
	sed -E 's/x{1000,}.*/x/'
}

check 'all containers, and one that cannot be read' -s 2 -o ignore -e ignore -- ir-logs --lines --all -j
for s in web local syslog; do
	is "$s: standard output, lines that were cut joined" "$(lines $s 'select(.stream == "stdout") | .text' | short)" "${said//stdout /}"
	is "$s: standard error" "$(lines $s 'select(.stream == "stderr") | .text + " " + .level')" 'ERROR two error'
done
for s in tty localtty; do
	is "$s: a terminal is one stream" "$(lines $s 'select(.stream == null) | .text' | short | sort)" "$(printf '%s\nERROR two' "${said//stdout /}" | sort)"
done
is 'last words of one that does not run' "$(lines dead .text | sort | tr '\n' ';')" 'last words;panic: no more;starting;'
is 'both of two replicas' "$(lines pair '.subject + " " + .text' | sort)" "docker://${PROJECT}_pair_1/stdout here
docker://${PROJECT}_pair_2/stdout here"
is 'nothing that is not of the project' "$(grep -c outside <<<"$OUT")" 0
is 'a driver that cannot be read is unknown, with the engine'"'"'s words' "$(jq -rc 'select(.kind == "error") | [.status, .service, .subject, .summary]' <<<"$OUT")" \
	"[\"unknown\",\"none\",\"docker://${PROJECT}_none_1\",\"the log of container ${PROJECT}_none_1: configured logging driver does not support reading\"]"
is 'times are those of the engine' "$(lines web 'select(.text == "one") | .time' | cut -c 1-19)" \
	"$(docker logs -t "${PROJECT}_web_1" 2>/dev/null | head -1 | cut -c 1-19)"

check 'one service' -s 1 -o lines:7 -- ir-logs --lines --all web -s web
check 'the last lines' -o 'is:half a line' -- sh -c 'ir-logs --tail 1 -j -s web | jq -r "select(.kind == \"line\").text"'
check 'one container, in or outside of compose' -o 'has:outside' -o lines:1 -- sh -c "printf '[logs \"x\"]\ncontainer = other-$PROJECT\n' >\$IR_CONF && ir-logs --lines x"
: >"$IR_CONF"

# followed: what runs again goes on, what comes later is there, nothing comes twice
compose_up follow <<'YAML'
version: "2.4"
services:
  web: { image: box, network_mode: none, command: [tick, "50"] }
  late: { image: box, network_mode: none, command: [print, "out=here, late", hold=] }
YAML
docker rm -f "${PROJECT}_late_1" >/dev/null
web=${PROJECT}_web_1
followed() {
	jq -r "select(.kind == \"line\" and .service == \"$1\") | .text" "$T/followed" 2>/dev/null
}
at_least() {
	[ "$(followed "$1" | wc -l)" -ge "$2" ]
}
ir-logs -f --tail 3 -j >"$T/followed" 2>"$T/follow.err" &
follower=$!
await 20 at_least web 20
docker restart -t 0 "$web" >/dev/null
n=$(followed web | wc -l)
await 20 at_least web $((n + 20))
docker-compose --ansi never up -d >>"$T/spawn.log" 2>&1
await 20 at_least late 1
docker rm -f "$web" >/dev/null
kill -TERM $follower
wait $follower
is 'following ends when it is interrupted' $? 130
is 'with nothing on standard error' "$(cat "$T/follow.err")" ''
is 'a container that came later' "$(followed late)" 'here, late'
docker-compose --ansi never up -d >>"$T/spawn.log" 2>&1
first=$(followed web | head -1 | cut -d ' ' -f 2)
is 'each line once, before and after it was started again' \
	"$(followed web | awk -v n="$first" '{ if ($2 == 0) { n = 0; lives++ } if ($2 != n++) print "not in order: " $0 } END { print lives + (first > 0) }')" "$((first == 0 ? 2 : 1))"

# one that floods neither starves another one nor fills the memory
compose_up flood <<'YAML'
version: "2.4"
x-log: &log
  logging: { options: { max-size: 20m, max-file: "2" } }
services:
  flood: { <<: *log, image: box, network_mode: none, command: [flood] }
  calm: { <<: *log, image: box, network_mode: none, command: [tick, "100"] }
YAML
ticked() {
	docker logs "${PROJECT}_calm_1" 2>&1 | grep -qx 'tick 9'
}
await 20 ticked
ir-logs -f --tail 0 --grep tick -j >"$T/followed" 2>"$T/follow.err" &
follower=$!
await 60 at_least calm 20
peak=$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$follower/status")
kill -TERM $follower
wait $follower
ok "calm beside a flood, within 100 MiB: $peak KiB" [ "${peak:-999999}" -lt 102400 ]
docker kill "${PROJECT}_flood_1" >/dev/null
written=$(docker logs "${PROJECT}_flood_1" | wc -l)
check 'a flood of lines is one pattern' -o ignore -- ir-logs -s flood --all -j
is 'with every line of it' "$(jq 'select(.kind == "pattern") | .lines' <<<"$OUT")" "$written"

# the engine dies half way
docker_kill() {
	kill -KILL "$(cat "$ENGINE/pid")"
}
ir-logs -s flood --lines --all -j >"$T/half" 2>"$T/half.err" &
reader=$!
sleep 0.2
docker_kill
wait $reader
is 'an engine that dies while it is read: not known' $? 2
like 'and told' "$(cat "$T/half.err")" '^ir-logs: the engine at unix://.* broke off the log of container .*flood_1: '
done_testing
