#!/usr/bin/env bash
# ir-timeline: what happened, folded, from the journal and from files; whether the chain holds; what has to go.
. "${0%/*}/../lib.sh"

export DOCKER_HOST=unix://$T/no-engine.sock
cat >"$IR_CONF" <<'EOF'
[env]
name = prod
[check "web"]
service = web
command = cat state; exit $(cat code)
[check "db"]
service = db
command = true
EOF
at() { IR_TEST_NOW=2026-02-01T$1:00Z "${@:2}"; }
export -f at
tab=$'\t'

# Real runs of other commands make the journal: two checks, one of which fails for two looks.
echo fine >state && echo 0 >code
check 'all is well' -o lines:2 -- at 02:00 ir-health
echo 'connection refused' >state && echo 2 >code
check 'it is not' -s 1 -o lines:2 -- at 02:05 ir-health
check 'nor a while later' -s 1 -o lines:2 -- at 02:06 ir-health
echo fine >state && echo 0 >code
check 'it is again' -o lines:2 -- at 02:12 ir-health
check 'the last hour, when there is no incident: which is said' -o save:folded -o lines:2 -e "has:no incident is open: this is the last hour of 'prod'" -- at 02:20 ir-timeline
unlike 'that all is well is no news' "$OUT" '02:00:00'
like 'a change, with what it was' "$OUT" "02:05:00.000Z${tab}fail${tab}web.*was ok: .*connection refused"
unlike 'what did not change is not told again' "$OUT" '02:06'
like 'it recovered' "$OUT" "02:12:00.000Z${tab}ok${tab}web.*was fail: fine"
check 'an hour that is over has nothing' -e ignore -- at 03:30 ir-timeline
check 'between two times' -o lines:1 -- at 03:30 ir-timeline -S 2026-02-01T02:03:00Z -U 2026-02-01T02:07:00Z
check 'every observation' -o lines:8 -e ignore -- at 02:20 ir-timeline --all
check 'of one service' -o lines:1 -o has:db -e ignore -- sh -c 'IR_TEST_NOW=2026-02-01T02:20:00Z ir-timeline --all -s db | head -1'
check 'of one that does not come' -s 1 -e ignore -- at 02:20 ir-timeline -s nobody
check 'rows are records' -o has:'connection refused' -o lacks:'fine' -e ignore -- at 02:20 sh -c 'ir-timeline | grep refused | ir-show -'
check 'as JSON, byte for byte, with how runs ended' -o save:export -o lines:6 -e ignore -- at 02:20 ir-timeline -j
found=$(grep -v '"kind":"end"' export | while IFS= read -r l; do grep -cF "\"record\":$l}" "$IR_JOURNAL"/*.jsonl; done | tr '\n' ' ')
is 'the records are those of the journal' "$found" '1 1 '
check 'which the next command takes for complete' -i export -o ignore -- env IR_JOURNAL=off ir-show -
cp -r "$IR_JOURNAL" "$T/plain-journal"

# An incident, as ir-incident, ir-ack and the others leave it: made by hand through the journal's own code.
put() { # [DIR]
	IR_TEST_NOW=2026-02-01T02:40:00Z "$TOOLS/journal_put" "${1:-$IR_JOURNAL}"
}
run() { # ID COMMAND TIME [HOST [MEMBERS]]
	printf '{"kind":"start","run":"run-%s","source":"%s","time":"2026-02-01T%s:00Z","env":"prod","args":[],"user":"ana","host":"%s"%s}\n' "$1" "$2" "$3" "${4:-ops1}" "${5:-}"
}
end() {
	printf '{"kind":"end","run":"run-%s","source":"x","time":"2026-02-01T%s:01Z","env":"prod","status":"ok","complete":true,"exit":0}\n' "$@"
}
alert='"kind":"alert","time":"2026-02-01T01:58:00Z","env":"prod","service":"web","summary":"ErrorRate of web","subject":"alert:ErrorRate","pager":"main","alert":"f1"'
incident='"kind":"incident","time":"2026-02-01T01:58:00Z","env":"prod","subject":"incident:x","title":"Checkout fails","summary":"Checkout fails"'
{
	run aaaaaaa1 ir-alerts 02:01
	echo "{$alert,\"run\":\"run-aaaaaaa1\",\"status\":\"fail\",\"state\":\"firing\"}"
	end aaaaaaa1 02:01
} >story
alr=$(put "$T/elsewhere" <story | grep alr-)
{
	run aaaaaaa2 ir-incident 02:02
	echo "{$incident,\"run\":\"run-aaaaaaa2\",\"status\":\"fail\",\"state\":\"open\",\"began\":\"2026-02-01T01:58:00Z\",\"opened\":\"2026-02-01T02:02:00Z\",\"alerts\":[\"$alr\"],\"event\":\"opened\",\"who\":\"ana\"}"
	end aaaaaaa2 02:02
	run aaaaaaa3 ir-deploys 02:03
	echo '{"kind":"deploy","run":"run-aaaaaaa3","time":"2026-02-01T01:50:00Z","env":"prod","service":"web","status":"ok","subject":"deploy:web","summary":"web 2 after 1","rollout":"2"}'
	echo '{"kind":"commit","run":"run-aaaaaaa3","time":"2026-01-25T01:50:00Z","env":"prod","status":"ok","subject":"commit:abc","summary":"of last week","revision":"abc"}'
	end aaaaaaa3 02:03
	run aaaaaaa4 ir-ack 02:04
	echo '{"kind":"action","run":"run-aaaaaaa4","time":"2026-02-01T02:04:00Z","env":"prod","status":"planned","summary":"ack ErrorRate","plan":"pln-1","step":1,"who":"ana"}'
	echo '{"kind":"action","run":"run-aaaaaaa4","time":"2026-02-01T02:04:01Z","env":"prod","status":"done","summary":"ack ErrorRate","plan":"pln-1","step":1,"who":"ana"}'
	echo "{$alert,\"run\":\"run-aaaaaaa4\",\"status\":\"warn\",\"state\":\"acked\",\"acked_by\":\"ana\",\"acked_at\":\"2026-02-01T02:04:01Z\"}"
	end aaaaaaa4 02:04
	run aaaaaaa8 ir-doctor 02:05
	echo '{"kind":"check","run":"run-aaaaaaa8","time":"2026-02-01T02:05:00Z","env":"prod","status":"ok","subject":"tool:git","summary":"/usr/bin/git","name":"tool:git"}'
	end aaaaaaa8 02:05
	run aaaaaaa9 ir-ack 02:05
	echo '{"kind":"error","run":"run-aaaaaaa9","time":"2026-02-01T02:05:00Z","env":"prod","status":"unknown","summary":"no alert is named","message":"no alert is named","n":1,"code":64}'
	end aaaaaaa9 02:05
	run aaaaaaa5 ir-rollback 02:05
	echo '{"kind":"action","run":"run-aaaaaaa5","time":"2026-02-01T02:05:30Z","env":"prod","status":"planned","summary":"roll back web","plan":"pln-2","step":1,"who":"ana"}'
	run aaaaaaa6 ir-incident 02:11
	echo '{"kind":"note","run":"run-aaaaaaa6","time":"2026-02-01T02:08:00Z","env":"prod","status":"ok","summary":"the cache was cold: token hunter2","text":"the cache was cold: token hunter2","who":"ben","written":"2026-02-01T02:11:00Z"}'
	end aaaaaaa6 02:11
} >>story
put <story >ids
inc=$(grep -m1 inc- ids) nte=$(grep -m1 nte- ids)
check 'the open incident; that there are two hosts is said' -o save:rows -e like:'records of 2 hosts .*ops1' -- at 02:30 ir-timeline
cut -f2,3,6 rows | sed 's/^2026-02-01T//; s/exit 0 in.*/exit 0/' >told
cat >want <<'EOF'
01:50:00.000Z	ok	web 2 after 1
01:58:00.000Z	fail	began: ErrorRate of web
02:02:00.000Z	fail	ana: opened: Checkout fails
02:04:01.000Z	done	ana: ack ErrorRate
02:04:01.000Z	warn	acked by ana: ErrorRate of web
02:05:00.000Z	fail	was ok: exit 2: connection refused
02:05:30.000Z	planned	ana: not known how it ended: roll back web
02:08:00.000Z	ok	ben: the cache was cold: token hunter2
02:12:00.000Z	ok	was fail: fine
EOF
{
	run aaaaaab0 ir-deploys 01:40 ops1
	echo '{"kind":"deploy","run":"run-aaaaaab0","time":"2026-02-01T01:40:00Z","env":"prod","service":"db","status":"ok","subject":"deploy:db","summary":"db 7 runs","rollout":"7"}'
	echo '{"kind":"check","run":"run-aaaaaab0","time":"2026-02-01T01:40:00Z","env":"prod","service":"db","status":"ok","subject":"c","summary":"long before","name":"c"}'
	end aaaaaab0 01:40
} >early
cp -r "$IR_JOURNAL" "$T/early"
put "$T/early" <early >/dev/null
check 'a deploy that was written down before it began is there; what was looked at then is not' -o has:'db 7 runs' -o lacks:'long before' -e ignore -- env IR_JOURNAL="$T/early" IR_TEST_NOW=2026-02-01T02:30:00Z ir-timeline
check 'but not one of too long before' -o lacks:'db 7 runs' -e ignore -- env IR_JOURNAL="$T/early" IR_TEST_NOW=2026-02-01T02:30:00Z ir-timeline --before 10m
{
	run aaaaaab1 ir-alerts 02:01
	echo "{$alert,\"run\":\"run-aaaaaab1\",\"status\":\"ok\",\"state\":\"resolved\",\"ended\":\"2026-02-01T02:13:30Z\"}" | sed 's/"summary":"[^"]*"/"summary":"resolved: ErrorRate"/'
	end aaaaaab1 02:14
} >over
cp -r "$IR_JOURNAL" "$T/over"
put "$T/over" <over >/dev/null
check 'an alert that a watch saw end: when it did, in one word' -o "like:02:13:30.000Z${tab}ok${tab}web${tab}alert:ErrorRate${tab}resolved: ErrorRate$" -e ignore -- env IR_JOURNAL="$T/over" IR_TEST_NOW=2026-02-01T02:30:00Z ir-timeline
is 'in the order of time, with who did it, folded, and nothing of last week' "$(sort -s -k1,1 told)" "$(sort -s -k1,1 want)"
unlike 'what was mistyped is not told, nor what ir-doctor looked at' "$(cat rows)" 'no alert is named|/usr/bin/git'
check 'both are there with --all' -o has:'no alert is named' -o has:/usr/bin/git -e ignore -- at 02:30 ir-timeline --all
is 'it is in order' "$(cut -f2 rows)" "$(cut -f2 rows | sort)"
check 'the same by its handle' -o file:rows -e ignore -- at 05:00 ir-timeline "$inc"
check '... and with --incident' -o file:rows -e ignore -- at 05:00 ir-timeline --incident "$inc"
check 'what happened up to an hour before it began is of it; less when said' -o lacks:'dep-' -e ignore -- at 02:30 ir-timeline --before 5m
check 'rows whose time is that of the event are records, too' -o has:'Checkout fails' -o has:'acked_by' -o has:'step' -- sh -c 'grep -E "^(inc|alr|act)-" rows | grep -v planned | ir-show -'
check 'who, as a column' -o like:"^ana$tab.*ack ErrorRate" -e ignore -- at 02:30 ir-timeline -c who,summary
check 'JSON has each record once' -o save:json -e ignore -- at 02:30 ir-timeline -j
is 'whole and unchanged' "$(grep -v '"kind":"end"' json | while IFS= read -r l; do grep -cF "\"record\":$l}" "$IR_JOURNAL"/*.jsonl; done | sort -u)" 1
check 'a handle of no incident' -s 64 -e has:'ir-show' -- ir-timeline "$alr"
check 'an incident that is none' -s 64 -e has:'no incident that the journal knows' -- ir-timeline inc-00000000
check 'a file that is not there' -s 65 -e has:'No such file' -- ir-timeline nowhere.jsonl
check 'a directory' -s 65 -e has:'Is a directory' -- ir-timeline .
check 'files are not followed' -s 64 -e has:'only the journal' -- ir-timeline -f json
check 'without a journal' -s 69 -e has:'no journal' -- env IR_JOURNAL=off ir-timeline
at 05:00 ir-show "$inc" >whole; like 'ir-show tells how an incident stands' "$(cat whole)" '^ +alerts +alr-'
like 'and what a note says' "$(ir-show "$nte")" '^ +text +the cache was cold'

# It is closed; a new one is opened beside another.
{
	run aaaaaaa7 ir-incident 02:25
	echo "{$alert,\"run\":\"run-aaaaaaa7\",\"status\":\"ok\",\"state\":\"resolved\"}"
	echo '{"kind":"action","run":"run-aaaaaaa7","time":"2026-02-01T02:25:30Z","env":"prod","status":"planned","summary":"Closed","plan":"pln-3","step":1,"who":"ben"}'
	echo "{$incident,\"run\":\"run-aaaaaaa7\",\"status\":\"ok\",\"state\":\"closed\",\"closed\":\"2026-02-01T02:25:30Z\",\"event\":\"closed\",\"who\":\"ben\",\"message\":\"back to version 1\"}"
	echo '{"kind":"action","run":"run-aaaaaaa7","time":"2026-02-01T02:25:31Z","env":"prod","status":"done","summary":"sent: Closed","plan":"pln-3","step":1,"who":"ben"}'
	end aaaaaaa7 02:25
} | put >/dev/null
check 'the one that was closed last, which is said' -o like:'ok.*resolved: ErrorRate' -o like:'ben: closed: back to version 1' -e has:"no incident is open: this is $inc 'Checkout fails', closed 2h ago" -- at 05:00 ir-timeline
check 'how its last post ended, which was after it was closed' -o like:"02:25:31.000Z${tab}done.*ben: sent: Closed" -o lacks:'how it ended: Closed' -e ignore -- at 05:00 ir-timeline
check 'not the day after next' -e has:'the last hour' -- env IR_TEST_NOW=2026-02-03T05:00:00Z ir-timeline

# Files of several people, merged; the same journal twice; exports; standard input.
cat "$IR_JOURNAL"/*.jsonl >ana.jsonl
{
	run bbbbbbb1 ir-incident 02:15 ops2
	echo '{"kind":"note","run":"run-bbbbbbb1","time":"2026-02-01T02:15:00Z","env":"prod","status":"ok","summary":"database looks fine","who":"cid","text":"x"}'
	echo '{"kind":"check","run":"run-bbbbbbb1","time":"2026-02-01T02:05:30Z","env":"prod","service":"web","status":"fail","summary":"exit 2","name":"web"}'
	end bbbbbbb1 02:15
} | put "$T/ben" >/dev/null
cat "$T/ben"/*.jsonl >ben.jsonl
at 05:00 ir-timeline "$inc" >alone 2>/dev/null
check 'two journals are one story' -o save:both -e like:'records of 3 hosts' -- ir-timeline "$inc" ana.jsonl ben.jsonl
is 'with what the other noted, and not a failure twice' "$(diff alone both | grep '^[<>]' | cut -f6)" 'cid: database looks fine'
check 'in any order' -o file:both -e ignore -- ir-timeline "$inc" ben.jsonl ana.jsonl
check 'the same file twice' -o file:both -e ignore -- ir-timeline "$inc" ana.jsonl ben.jsonl ana.jsonl
check 'from standard input' -i ana.jsonl -o file:both -e ignore -- ir-timeline "$inc" - ben.jsonl
check 'from a pipe' -o file:both -e ignore -- sh -c "cat ana.jsonl ben.jsonl | ir-timeline $inc -"
check 'from a pipe as an operand' -o file:both -e ignore -- bash -c "ir-timeline $inc <(cat ana.jsonl) ben.jsonl"
check 'files alone: all that is in them' -o has:'of last week' -o has:cid -e ignore -- ir-timeline ana.jsonl ben.jsonl
check 'an export' -o lines:2 -- env IR_JOURNAL=off ir-timeline export
check 'an export beside a journal with the same' -o save:merged -e ignore -- ir-timeline export ana.jsonl
check 'is the journal alone' -o file:merged -e ignore -- ir-timeline ana.jsonl

# What is broken is told, and the rest is shown.
{ sed -n 1,5p ana.jsonl; echo 'no record'; echo '[]'; sed -n '6,$p' ana.jsonl; } >bad.jsonl
check 'lines that are none' -s 65 -o save:shown -e has:'bad.jsonl:6: no record, nor are 1 lines after it' -e ignore -- ir-timeline bad.jsonl
is 'the others are shown' "$(wc -l <shown)" "$(ir-timeline ana.jsonl 2>/dev/null | wc -l)"
head -c -40 ana.jsonl >torn.jsonl
check 'an unfinished last line' -s 2 -o has:began -e has:'torn.jsonl: the last line is unfinished' -- ir-timeline torn.jsonl
check 'nothing at all' -- ir-timeline /dev/null

# The chain.
check 'the chain holds' -o like:"^chk-.*${tab}ok${tab}-${tab}journal:$IR_JOURNAL${tab}[0-9]+ records, 1 to [0-9]+, in 1 file, head [0-9a-f]{64}\$" -- ir-timeline --verify
head=$(grep -o '[0-9a-f]*$' <<<"$OUT" | tail -1)
is 'looking left no trace' "$(cat "$IR_JOURNAL"/*.jsonl | cmp - ana.jsonl && echo same)" same
check 'a head that was posted' -o like:"${tab}ok${tab}.*${head:0:12} is the hash of line [0-9]+ .end, 2026-02-01T02:25:01.000Z" -o lines:2 -- ir-timeline --verify --head "${head:0:12}"
check '... in a copy' -o like:"${tab}ok${tab}.*is the hash of line" -- ir-timeline --verify --head "${head^^}" ana.jsonl
check 'one that is not there' -s 1 -o like:"${tab}fail${tab}.*no line has the hash 000000000000: the end was cut off" -- ir-timeline --verify --head 000000000000
head -n -3 ana.jsonl >short.jsonl
check 'the end was cut off: the chain cannot tell, the head can' -s 1 -o like:"${tab}ok${tab}" -o like:"${tab}fail${tab}.*no line has" -- ir-timeline --verify --head "${head:0:12}" short.jsonl
check 'too few digits' -s 64 -e has:'at least 12' -- ir-timeline --verify --head 123
check 'as JSON, with its end' -o lines:2 -o like:'"kind":"end".*"complete":true' -- ir-timeline --verify -j
check 'two chains' -o lines:2 -- ir-timeline --verify ana.jsonl ben.jsonl
check 'an export has none' -s 2 -o like:"${tab}unknown${tab}.*export: records without a chain" -- ir-timeline --verify export
check 'nothing is fine' -o has:'no records' -- ir-timeline --verify /dev/null
flipped() { # OFFSET: the byte there with its lowest bit flipped
	cp ana.jsonl flip.jsonl
	printf "\\x$(printf %02x $(($(od -An -tu1 -j "$1" -N 1 ana.jsonl) ^ 1)))" | dd of=flip.jsonl bs=1 seek="$1" conv=notrunc status=none
}
missed=
size=$(stat -c %s ana.jsonl)
for ((i = 7; i < size; i += size / 12)); do
	flipped "$i"
	line=$(($(head -c "$i" ana.jsonl | tr -cd '\n' | wc -c) + 1))
	said=$(ir-timeline --verify flip.jsonl 2>&1) && missed+=" $i: status 0"
	[[ $said == *"flip.jsonl:$line: "* || $said == *"flip.jsonl:$((line + 1)): "*'one of the two'* ]] || missed+=" $i: $said"
done
is 'a byte that flips, anywhere: its line is named' "$missed" ''
at=$(grep -bo '"key":"[0-9a-f]*"' ana.jsonl | grep -v '""' | head -1 | sed 's/:.*//')
line=$(($(head -c "$at" ana.jsonl | tr -cd '\n' | wc -c) + 1))
flipped "$((at + 7 + 50))"
check 'a key that was changed: its own line is named, not the one behind' -s 1 -o like:"flip.jsonl:$line: its key is not as it was" -- ir-timeline --verify flip.jsonl
flipped 300
cp -r "$IR_JOURNAL" "$T/flipped" && cp flip.jsonl "$(ls "$T/flipped"/*.jsonl)"
check 'in the journal, too' -s 1 -o like:"${tab}fail${tab}.*$T/flipped/2026-02-01.jsonl:1: its sha256" -- env IR_JOURNAL="$T/flipped" ir-timeline --verify
head -c -40 ana.jsonl >"$T/flipped/2026-02-01.jsonl"
check 'an unfinished line is told' -s 2 -o like:"${tab}warn${tab}.*2026-02-01.jsonl:[0-9]+: unfinished" -- env IR_JOURNAL="$T/flipped" ir-timeline --verify

# What has to go.
check 'not without a reason' -s 64 -e has:'needs a reason' -- ir-timeline --redact "$nte"
check 'not when nothing may be changed' -s 3 -e has:IR_READONLY -- env IR_READONLY=1 ir-timeline --redact "$nte" -m x
check 'not from files' -s 64 -e has:'only the journal' -- ir-timeline --redact "$nte" -m x ana.jsonl
check 'not without a journal' -s 3 -e has:'no journal' -- env IR_JOURNAL=off ir-timeline --redact "$nte" -m x
check 'not what is not there' -s 1 -e has:'no observation' -- ir-timeline --redact nte-00000000 -m x
is 'nothing was changed' "$(cat "$IR_JOURNAL"/*.jsonl | cmp - ana.jsonl && echo same)" same
check 'a secret' -o like:"^nte-.*ana redacted $nte \(1 observation\): it has a token" -- at 02:50 env IR_WHO=ana ir-timeline --redact "$nte" -m 'it has a token'
is 'is gone' "$(cat "$IR_JOURNAL"/*.jsonl | grep -c hunter2)" 0
check 'the chain holds, and says so' -o like:'ok.*, 1 of them redacted' -- ir-timeline --verify
check 'the head that was posted is still in it' -o like:'is the hash of line' -- ir-timeline --verify --head "$head"
check 'what is gone is not found' -s 1 -e has:'not in the journal' -- ir-show "$nte"
check 'that it went is told, with who and why' -o like:'ana redacted.*it has a token' -o lacks:hunter2 -e ignore -- at 02:55 ir-timeline -S 01:50
check 'the run that did it is complete' -o ignore -- sh -c "ir-timeline -S 2026-02-01T02:45:00Z | ir-show -"
check 'one observation of many, by its time' -o like:'\(1 observation\)' -- at 02:51 ir-timeline --redact "$(grep -m1 'was ok' rows | cut -f1)" -S 2026-02-01T02:05:00Z -U 2026-02-01T02:05:01Z -m 'wrong host'
check 'the others stay' -o lacks:'was ok' -o has:fine -e ignore -- ir-timeline "$inc" --all

# It goes on.
IR_TEST_NOW=2026-02-01T02:56:00Z "$BIN/ir-timeline" -f -S 2026-02-01T02:55:00Z >live 2>/dev/null &
ir_pids+=($!) && follower=$!
await 5 test -d "/proc/$follower"
{
	run ccccccc1 ir-incident 02:57
	echo '{"kind":"note","run":"run-ccccccc1","time":"2026-02-01T02:57:00Z","env":"prod","status":"ok","summary":"told at once","who":"cid","text":"x"}'
	end ccccccc1 02:57
} | put >/dev/null
await 5 grep -q 'cid: told at once' live && pass 'what comes later is told, too' || flunk 'what comes later is told, too' "$(cat live)"
kill -TERM $follower
wait $follower
is 'until it is interrupted' $? 130

# It starts as a filter does.
libs=$(LD_TRACE_LOADED_OBJECTS=1 "$BIN/ir-timeline" 2>/dev/null | grep -cE 'libcurl|libpq|libhiredis')
is 'it is not linked with clients of servers' "$libs" 0
for ((i = 0; i < 20000; i++)); do
	printf '{"kind":"incident","v":1,"id":"inc-00000001","time":"2026-02-01T00:00:00.000Z","env":"prod","summary":"s","title":"t","event":"e%d","alerts":["alr-%08d"]}\n' "$i" "$i"
done >many
check 'an incident with a new alert in each of many observations: no time is lost with it' -o lines:20000 -e ignore -- timeout 20 ir-timeline inc-00000001 many
done_testing
