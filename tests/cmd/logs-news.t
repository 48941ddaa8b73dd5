#!/usr/bin/env bash
# What is new in a log, and what only seems so: a hundred logs without a fault, and logs with one
. "${0%/*}/../lib.sh"

need jq
export IR_TEST_NOW=2026-02-01T02:15:00Z IR_JOURNAL=off

# log SEED FAULTS: 75 minutes of a service with a long tail of rare messages, errors among them; faults are spread over the last quarter of an hour. The same seed, the same log.
log() {
	awk -v seed="$1" -v faults="$2" '
	function random() { state = (state * 16807) % 2147483647; return state / 2147483647 }
	function word(n,  s, i) { s = ""; n = n * 7 + 5; for (i = 0; i < 5; i++) { s = s substr("bcdfghjklmnpqrstvwxz", n % 20 + 1, 1) substr("aeiou", n % 5 + 1, 1); n = int(n * 1.7) + 3 } return s }
	BEGIN {
		state = seed * 7919 + 17
		for (i = 0; i < 10; i++) random()
		for (i = 1; i <= 400; i++) { sum += 1 / i ^ 1.1; sums[i] = sum; level[i] = random() < 0.15 ? "ERROR" : random() < 0.1 ? "WARN" : "INFO"; text[i] = word(i) " the " word(i + 1000) " of " word(i + 2000) }
		for (k = 0; k < 3000; k++) {
			r = random() * sum
			for (i = 1; i < 400 && sums[i] < r; i++);
			printf "%d %s %s for client %d\n", random() * 4500, level[i], text[i], random() * 100000
		}
		for (k = 0; k < faults; k++)
			printf "%d ERROR checkout gave up on order %d: no connection\n", 3600 + random() * 900, random() * 100000
	}' | sort -sn -k1,1 | awk '{ s = $1; $1 = sprintf("2026-02-01T%02d:%02d:%02d.000Z", 1 + s / 3600, int(s / 60) % 60, s % 60); print }'
}
trends() { ir-logs -q -j --all --new-since "$2" "$1" | jq -r 'select(.kind == "pattern") | .trend'; }

new=0 compared=0
for ((seed = 1; seed <= 100; seed++)); do
	log "$seed" 0 >quiet.log
	trends quiet.log 02:00 >trends
	new=$((new + $(grep -c '^new$' trends))) compared=$((compared + $(grep -c -e first -e same trends)))
done
ok "there is much that could be news ($compared patterns, $(grep -c first trends) seen first in the last log)" [ "$compared" -gt 10000 ]
is 'nothing is new in 100 logs without a fault' "$new" 0

first=0 found=0
for ((seed = 1; seed <= 20; seed++)); do
	log "$seed" 20 >fault.log
	ir-logs -q -j --new-since 02:00 fault.log | head -1 >row
	first=$((first + $(jq -c 'if .template | startswith("checkout gave up") then 1 else 0 end' row)))
	found=$((found + $(jq -c 'if .trend == "new" and .status == "fail" then 1 else 0 end' row)))
done
is 'a fault of 20 events comes first in all of 20 logs' "$first" 20
is 'and is new' "$found" 20
first=0
for ((seed = 1; seed <= 20; seed++)); do
	log "$seed" 4 >fault.log
	ir-logs -q -j --new-since 02:00 fault.log | head -1 >row
	first=$((first + $(jq -c 'if .template | startswith("checkout gave up") then 1 else 0 end' row)))
done
ok "one of 4 events comes first in most ($first of 20)" [ "$first" -ge 15 ]
is 'without a past it says so' "$(trends fault.log 01:00 | sort -u)" 'no baseline'

# The same, told by itself: the last quarter of an hour against the hour before.
log 1 30 >fault.log
check 'by default, too' -s 1 -e ignore -o 'like:^pat-.*30× new since 02:0[0-9]Z: checkout gave up on order <\*>: no connection$' -- ir-logs fault.log
awk '$1 < "2026-02-01T02:00"' fault.log >silent.log
printf '[logs "a"]\npath = %s/silent.log\nservice = silent\n[logs "b"]\npath = %s/fault.log\nservice = loud\n' "$PWD" "$PWD" >two.conf
check 'a service that has gone silent is told of' -s 1 -o ignore -e "like:^ir-logs: 'silent' has said nothing since 2026-02-01T02:00:00.000Z; before, it said [0-9,]+ things$" -- env IR_CONF="$PWD/two.conf" ir-logs
done_testing
