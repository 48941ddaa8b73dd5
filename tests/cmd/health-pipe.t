#!/usr/bin/env bash
# ir-health in pipelines: the same records by rows and by JSON, readers that close early, disks that are full, a source that is killed
. "${0%/*}/../lib.sh"
need jq

cat >"$IR_CONF" <<'CONF'
[check "good"]
command = echo all is well
[check "bad"]
command = echo "no good" >&2; exit 1
[check "worse"]
command = echo "no good at all" >&2; exit 2
[check "odd"]
command = no-such-program
CONF

whole() {
	sed 's/ in [0-9]*s$//' "$1" | grep -v '^  \(time\|run\|latency_ms\) '
}
ir-health | grep fail | ir-show - >"$T/a"
ir-health -j | grep '"status":"fail"' | ir-show - >"$T/b"
is 'rows and JSON lead to the same records' "$(whole "$T/a")" "$(whole "$T/b")"
is 'which are the two' "$(grep -c '^chk-.*fail' "$T/a")" 2
ir-health -j >"$T/json"
is 'JSON through ir-show -j is byte for byte the same' "$(ir-show -j - <"$T/json" | grep -c .)" "$(wc -l <"$T/json")"
is 'all of it' "$(ir-show -j - <"$T/json" | grep -v '"kind":"end"' | md5sum)" "$(grep -v '"kind":"end"' "$T/json" | md5sum)"
ir-health >"$T/text"
is 'rows lead to the records of that run, not a later one' \
	"$(ir-health >/dev/null; ir-show -j - <"$T/text" | jq -r 'select(.kind == "check") | .time' | sort)" "$(cut -f 2 "$T/text" | sort)"

check 'a reader that closes early gets its line' -o lines:1 -- bash -c 'set +o pipefail; ir-health | head -1'
check 'and does not cut the run short: what it got is complete' -o 'has:no good' -- bash -c 'ir-health | head -1 | ir-show -'
run=$(ir-health -j 2>/dev/null | tail -1 | jq -r .run)
is 'the run ended' "$(ir-show -j "$run" 2>/dev/null | jq -r 'select(.kind == "end") | .complete')" true
check 'a full disk' -s 74 -e 'has:cannot write output' -- bash -c 'ir-health >/dev/full'
check 'closed' -s 74 -e ignore -- bash -c 'ir-health >&-'

ir-health -w --interval 100ms >"$T/watch" 2>/dev/null &
W=$!
two() {
	[ "$(wc -l <"$T/watch")" -ge 4 ]
}
await 10 two
kill -KILL $W
wait $W 2>/dev/null
check 'a source that was killed: shown, and said to be incomplete' -s 2 -o 'has:no good' -e ignore -i "$T/watch" -- ir-show -
check 'looked at again, all the same' -s 2 -o 'has:no good' -e 'has:not complete' -i "$T/watch" -- ir-health -
head -c -1 "$T/text" >"$T/cut"
check 'a last line that is cut off' -s 2 -o ignore -e 'has:not complete' -i "$T/cut" -- ir-health -
check 'nothing on standard input is nothing to look at, not all' -o empty -i /dev/null -- ir-health -
check 'a line that is neither row nor record' -s 65 -o ignore -e ignore -i /etc/passwd -- ir-health -
check 'handles as operands' -s 1 -o lines:1 -o 'has:no good' -- ir-health "$(grep 'command:bad' "$T/text" | cut -f 1)"
check 'exit status: unknown is worse than fail' -s 2 -o lines:4 -- ir-health
check 'and what is not shown counts' -s 2 -o lines:1 -- ir-health --only ok
printf '[check "good"]\ncommand = true\n' >"$IR_CONF"
check 'all is well: 0' -o lines:1 -- ir-health
check 'warn alone is 0' -o lines:1 -- bash -c "printf '[check \"w\"]\ncommand = exit 3\nwarn-status = 3\n' >'$IR_CONF'; ir-health"
check 'unless --strict' -s 1 -o lines:1 -- ir-health --strict
done_testing
