#!/usr/bin/env bash
# ir-show: a record whole, from handles, rows and JSON; whether its input was complete.
. "${0%/*}/../lib.sh"

export DOCKER_HOST=unix://$T/no-engine.sock
cat >"$IR_CONF" <<'EOF'
[check "good"]
command = true
[check "bad"]
service = web
command = echo the last words; exit 3
EOF
check 'something to show' -s 1 -o lines:2 -o save:rows -- ir-health good bad
check 'the same as JSON' -s 1 -o lines:3 -o save:json -- ir-health -j good bad
bad=$(grep -w fail rows | cut -f1) good=$(grep -w ok rows | cut -f1)

# From where a record may come
check 'a handle' -o has:'the last words' -o like:'^ +service +web' -o "has:$bad" -- ir-show "$bad"
check 'two handles' -o "has:$bad" -o "has:$good" -- ir-show "$bad" "$good"
check 'the same one twice is shown once' -o "save:once" -o "has:$bad" -- ir-show "$bad" "$bad"
is 'once' "$(grep -c "$bad" once)" 1
check 'rows' -i rows -o save:from-rows -o "has:$bad" -- ir-show -
check 'rows through grep' -o "has:$bad" -o "lacks:$good" -- sh -c 'grep fail rows | ir-show -'
check 'rows as they look on a terminal' -o "has:$bad" -- sh -c "printf 'ID  TIME  STATUS\n\033[1m$bad\033[0m  1m ago  fail\n' | ir-show -"
check 'JSON' -i json -o "has:$bad" -- ir-show -
check 'JSON passes byte for byte' -i json -o file:json -- ir-show -j -
printf '{ "kind":"check","v":1, "id":"chk-00000000","latency_ms":1.10,"summary":"\\u00e9","run":"%s","new_member":[ ] }\n' \
	"$(tail -1 json | sed 's/.*"run":"\([^"]*\).*/\1/')" >odd
tail -1 json >>odd
check '... however odd it is' -i odd -o file:odd -- ir-show -j -

# The same records, whichever way they took
ir-health good bad >rows 2>/dev/null
grep fail rows | ir-show -j - >one
run=$(sed 's/.*"run":"\([^"]*\).*/\1/' one)
is 'a row names the observation of its run' "$run" "$(ir-show -j "$bad" | sed 's/.*"run":"\([^"]*\).*/\1/')"
ir-health good bad >later 2>/dev/null
check 'an old row names the old observation' -o file:one -- sh -c 'grep fail rows | ir-show -j -'
ir-health -j good bad >json
run=$(tail -1 json | sed 's/.*"run":"\([^"]*\).*/\1/')
ir-show -j - <json | grep fail | ir-show - >from-json
ir-show "$bad" >from-handle
is 'by JSON and by handle the same is shown' "$(cat from-json)" "$(cat from-handle)"

# Other formats
check 'columns' -i rows -o like:'^bad	fail$' -o lines:2 -- ir-show -c name,status -
check 'TSV with its own header' -i rows -o like:'^name	status$' -- ir-show -o tsv -c name,status -
check 'ids' -i rows -o "like:^$bad\$" -o lines:2 -- ir-show -o id -
! can jq || check 'one array' -i json -o is:3 -- sh -c 'ir-show -o json-array - | jq length'
check 'no sum of runs that are not its own' -s 64 -e has:nagios -i json -- ir-show -o nagios -

# Whether upstream was complete
head -2 json >cut
check 'the end is in the journal' -i cut -o ignore -- ir-show -
check 'without it: shown, 2, and why' -s 2 -i cut -o "has:$bad" -e like:'^ir-show: warning: .*incomplete' -- env IR_JOURNAL=off ir-show -
head -c -1 rows >cut
check 'a last line without its newline' -s 2 -i cut -o "has:$bad" -e has:incomplete -- ir-show -
check 'nothing at all is complete' -i /dev/null -- ir-show -
check 'a killed source' -s 2 -o ignore -e has:incomplete -- env IR_JOURNAL=off sh -c 'ir-health -j good bad | head -1 | ir-show -'
check 'a reader that has enough does not make a run incomplete' -o ignore -- sh -c 'ir-health good bad | head -1 | ir-show -'

# Mistakes
check 'no operand' -s 64 -e has:'nothing to show' -e has:hint: -- ir-show
check 'a handle that nobody knows' -s 1 -e has:chk-00000000 -- ir-show chk-00000000
check '... does not hide the others' -s 1 -o "has:$bad" -e has:chk-00000000 -- ir-show chk-00000000 "$bad"
check 'no handle' -s 64 -e has:bogus -- ir-show bogus
check 'a line that is neither' -s 65 -e has:'line 2' -o "has:$bad" -- sh -c "printf '$bad\nbogus line\n' | ir-show -"
check 'rows without a journal' -s 69 -i rows -e has:journal -- env IR_JOURNAL=off ir-show -
check 'a closed stdin is no empty one' -s 65 -e has:'standard input' -- sh -c 'ir-show - <&-'
check 'a full disk' -s 74 -e ignore -- sh -c "ir-show $bad >/dev/full"
check 'a closed stdout' -s 74 -e ignore -- sh -c "ir-show $bad >&-"
check 'a reader that is gone' -o ignore -- bash -o pipefail -c "ir-show $bad | true"
chmod 500 "$IR_JOURNAL"
check 'a journal that cannot be written is read' -o "has:$bad" -- ir-show "$bad"
chmod 700 "$IR_JOURNAL"
before=$(cat "$IR_JOURNAL"/*.jsonl | wc -l)
ir-show "$bad" >/dev/null
is 'looking leaves no trace' "$(cat "$IR_JOURNAL"/*.jsonl | wc -l)" "$before"

# On a terminal
on_terminal() {
	TERM=screen script -qec "$1" /dev/null
}
check 'a pager' -o has:'paged' -- on_terminal "IR_PAGER='sed s/^/paged:/' ir-show $bad"
check '... PAGER when IR_PAGER is not set' -o has:'paged' -- on_terminal "PAGER='sed s/^/paged:/' ir-show $bad"
check '... none when it is empty' -o lacks:paged -o "has:$bad" -- on_terminal "PAGER='sed s/^/paged:/' IR_PAGER= ir-show $bad"
check '... nor when it is not there' -o "has:$bad" -- on_terminal "IR_PAGER='no-such-pager -x' ir-show $bad"
check '... nor in a pipe' -o lacks:paged -o "has:$bad" -- env IR_PAGER='sed s/^/paged:/' ir-show "$bad"
check '... that reads nothing' -o ignore -- on_terminal "IR_PAGER=true ir-show $bad"
check 'colours, unless there shall be none' -o like:$'\033' -- on_terminal "IR_PAGER= ir-show $bad"
check '... by NO_COLOR' -o unlike:$'\033' -o "has:$bad" -- on_terminal "NO_COLOR=1 IR_PAGER= ir-show $bad"
check '... by --color' -o unlike:$'\033' -o "has:$bad" -- on_terminal "IR_PAGER= ir-show --color=never $bad"

# Schemas
check 'a schema' -o has:'"$schema"' -- ir-show --schema check
check 'no such kind' -s 64 -e has:bogus -- ir-show --schema bogus
done_testing
