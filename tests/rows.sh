# rows.sh - what ir-deps says of a thing by now, for tests of conditions that come and go (read by lib.sh)
#
#	ASK=(COMMAND…)			who is asked; (ir-deps -j --all) when not given
#	told NAME STATUS TEXT		asks, and succeeds when the row NAME has that status and TEXT in its summary. The answer is in $T/out, as after check
#	await_row NAME STATUS TEXT	until it does; passes then, and fails after 20 s
#	row NAME STATUS ERE		of the last answer: passes when the row is so
#	no_row NAME			of the last answer: passes when there is none
#	member NAME MEMBER		of the last answer: prints it
#	later				until it is so, the last answer is too young to be compared with (looks in the journal are when they are a second old)

ASK=(ir-deps -j --all)

told() {
	"${ASK[@]}" >"$T/out" 2>"$T/err"
	jq -e -s --arg n "$1" --arg s "$2" --arg t "$3" 'any(.[]; .kind == "check" and .name == $n and .status == $s and (.summary | contains($t)))' <"$T/out" >/dev/null
}

await_row() {
	await 20 told "$@" && pass "$1 becomes $2: $3" && return
	flunk "$1 becomes $2: $3" "$(jq -r 'select(.kind == "check") | "\(.name) \(.status) \(.summary)"' <"$T/out"; cat "$T/err")"
}

row() {
	like "$1 is $2: $3" "$(jq -r --arg n "$1" 'select(.kind == "check" and .name == $n) | "\(.status): \(.summary)"' <"$T/out")" "^$2: .*$3"
}

no_row() {
	is "no row $1" "$(jq -r --arg n "$1" 'select(.kind == "check" and .name == $n) | .name' <"$T/out")" ''
}

member() {
	jq -rc --arg n "$1" --arg m "$2" 'select(.kind == "check" and .name == $n) | .[$m]' <"$T/out"
}

later() {
	[ $(($(date +%s%N) - $(date -r "$T/out" +%s%N))) -gt 1200000000 ]
}
