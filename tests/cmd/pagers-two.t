#!/usr/bin/env bash
# pagers-two.t - two responders at once, each with a machine and a key of their own: every alert is acked by one of them, and the other is told who has it
. "${0%/*}/../lib.sh"
. "$TOP/tests/fakes/pagers.sh"
need jq curl
fakes
export IR_TEST_NOW=2026-02-01T02:30:00Z
rounds=$((10 * ${IR_SOAK:-1})) both=0 kinds=(pd ga oc og jsm)

# respond WHO: as that person
respond() {
	IR_CONF=$T/$1.conf IR_JOURNAL=$T/journal.$1 IR_WHO=$1 ir-ack $IDS >"$T/$1.out" 2>"$T/$1.err"
	echo $? >"$T/$1.status"
}

for who in ana ben; do
	IR_CONF=$T/$who.conf pagers_of $who "${kinds[@]}"
done

# Each handle of which only one says done, and the other noop, by whom: what the fake has is who said done.
judge() {
	local kind=$1 ana ben wrong='' n
	[ ! -s "$T/ana.err$T/ben.err" ] || wrong+="$(cat "$T/ana.err" "$T/ben.err")"$'\n'
	[ "$(cat "$T/ana.status" "$T/ben.status" | tr -d '\n')" = 00 ] || wrong+="statuses $(paste -s "$T/ana.status" "$T/ben.status")"$'\n'
	for who in ana ben; do
		cut -f3 "$T/$who.out" | sort | uniq -c | tr -s ' \n' ' ' >"$T/$who.counts"
		grep '	done	' "$T/$who.out" | grep -oE 'alert:[a-z]+ (of )?[0-9]+' | grep -oE '[0-9]+$' | sort -n | jq -sc . >"$T/$who.done"
	done
	n=$(jq -n --slurpfile a "$T/ana.done" --slurpfile b "$T/ben.done" '$a[0] + $b[0] | unique | length')
	[ "$n" = 200 ] || wrong+="$n are done by somebody"$'\n'
	[ "$(jq -n --slurpfile a "$T/ana.done" --slurpfile b "$T/ben.done" '$a[0] + $b[0] | length')" = 200 ] || wrong+='some are done twice'$'\n'
	for who in ana ben; do
		[ "$(state "$kind" "[.[] | select(.acks[0] | test(\"$who\")) | .n]")" = "$(cat "$T/$who.done")" ] || wrong+="not what $who has"$'\n'
	done
	grep '	noop	' "$T/ana.out" | grep -vi '	\(account-\)\?ben has it already' | head -2 >"$T/odd"
	grep '	noop	' "$T/ben.out" | grep -vi '	\(account-\)\?ana has it already' | head -2 >>"$T/odd"
	wrong+=$(cat "$T/odd")
	[ -z "$wrong" ] || { printf '%s\n' "$wrong" && cat "$T/ana.counts" "$T/ben.counts" && return 1; }
}

for ((round = 1; round <= rounds; round++)); do
	kind=${kinds[round % 5]}
	# slow: both have the list before one of them is heard
	world $kind '{"n":200,"polls":0,"slow":0.2}'
	IDS=$(IR_CONF=$T/ana.conf IR_JOURNAL=$T/journal.ana ir-alerts -o id --pager $kind)
	IR_CONF=$T/ben.conf IR_JOURNAL=$T/journal.ben ir-alerts --pager $kind >"$T/listed" 2>&1
	respond ana & one=$!
	respond ben & two=$!
	wait $one $two
	ok "round $round, $kind: each is acked once, and the other is told" judge $kind
	[ $kind != pd ] || both=$((both + $(state pd '[.[] | select(.acks | length == 2)] | length')))
	diag "$(paste -d: "$T/ana.counts" "$T/ben.counts")"
done
ok 'PagerDuty heard both of some' [ $both -gt 0 ]
done_testing
