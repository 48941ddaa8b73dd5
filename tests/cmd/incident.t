#!/usr/bin/env bash
# ir-incident: what it captures, how it goes on, whom it tells, and what becomes of posts that nobody took
. "${0%/*}/../lib.sh"
need jq python3
export DOCKER_HOST=unix://$T/no-engine.sock IR_TEST_NOW=2026-02-01T03:00:00Z IR_WHO=ana IR_ENV=shop UPDATES=$XDG_STATE_HOME/ir/updates.txt

# alert ID TIME SEVERITY SERVICE: a line as ir-alerts prints it
alert() {
	printf '{"kind":"alert","v":1,"id":"%s","time":"%s","source":"test","run":"run-00000000","status":"fail","env":"shop","service":"%s","subject":"alert:Down","summary":"%s: down","refs":[],"pager":"p","alert":"1","severity":"%s"}\n' \
		"$1" "$2" "$4" "$3" "$3"
}
{ alert alr-00000001 2026-02-01T02:10:00.000Z warning web && alert alr-00000002 2026-02-01T02:05:00.000Z critical worker &&
	echo '{"kind":"end","v":1,"run":"run-00000000","complete":true}'; } >alerts

check 'nothing is open' -o empty -- ir-incident list
check 'nothing to note' -s 3 -o like:^err- -e "has:no incident is open in environment 'shop'" -e 'has:ir-incident open' -- ir-incident note x
check 'no title' -s 64 -o like:^err- -e "has:takes a title first" -- ir-incident open alr-00000001
check 'no verb' -s 64 -o like:^err- -e 'has:use one of open, add' -- ir-incident
check 'a verb that is none' -s 64 -o like:^err- -e "has:did you mean 'severity'?" -- ir-incident severty sev1
check 'an option of another verb' -s 64 -o like:^err- -e "has:'--severity' has no meaning for 'note'" -- ir-incident note x --severity sev1
check 'a dry run' -i alerts -o lines:3 -o 'like:^pln-.*planned.*2 of 2 steps' -o 'has:[sev1] Checkout is down (inc-' -- ir-incident open -n 'Checkout is down' -
ok 'writes nothing' [ ! -e "$UPDATES" ]
check 'nothing is open still' -o empty -- ir-incident list
check 'opened' -i alerts -o save:rows -o lines:2 -o 'like:^inc-.{8}	2026-02-01T02:05:00.000Z	fail	web	incident:shop	sev1, open: Checkout is down$' -o "like:^act-.*	done	-	post:file	sent: .*, in $UPDATES\$" -- ir-incident open 'Checkout is down' -
I=$(head -1 rows | cut -f1)
is 'the channel that needs no configuration' "$(cat "$UPDATES")" "2026-02-01T03:00:00.000Z [sev1] Checkout is down ($I)
    Environment: shop
    Began: 2026-02-01 02:05 UTC
    Services: web, worker
    - alr-00000001 web: warning: down
    - alr-00000002 worker: critical: down
    Opened by ana, 2026-02-01 03:00 UTC
    $(grep -o 'record .*' "$UPDATES")"
like 'ends with the head of the chain' "$(tail -1 "$UPDATES"; grep -o 'record .*' "$UPDATES")" 'record [0-9]+ · [0-9a-f]{12}$'
check 'as a record' -o save:json -- ir-incident list -j
is 'members' "$(jq -c 'select(.kind == "incident") | [.title, .state, .severity, .opened_by, .lead, .began, .opened, .closed, .alerts, .services]' json)" \
	'["Checkout is down","open","sev1","ana",null,"2026-02-01T02:05:00.000Z","2026-02-01T03:00:00.000Z",null,["alr-00000001","alr-00000002"],["web","worker"]]'
check 'a second is refused' -s 3 -o like:^err- -e "has:$I is open in environment 'shop': Checkout is down" -e "has:ir-incident add $I" -- ir-incident open 'Another'
check 'in another environment it is the first' -o lines:2 -- ir-incident open --env other 'Another'
check 'a note' -o lines:1 -o 'like:^nte-.*	2026-02-01T02:50:00.000Z	ok	web	note	ana: web is back at 1.8.1$' -- ir-incident note --at 02:50 'web is back at 1.8.1'
check 'a long one' -o lines:1 -o 'has:ana: two' -i <(printf 'two\nlines\n') -- ir-incident note "$I" -
is 'whole' "$(ir-show -o json "$(cut -f1 <<<"$OUT")" | jq -c '[.text, .incident, .who]')" "[\"two\nlines\",\"$I\",\"ana\"]"
check 'a text without quotes' -s 64 -o ignore -e "has:'words' is one word too many" -e 'has:in quotes' -- ir-incident note two words
check 'a severity that is none' -s 64 -o ignore -e 'has:takes one of sev1' -- ir-incident severity 6
check 'of none' -s 64 -o ignore -e 'has:takes one of sev1' -- ir-incident severity
check 'a severity as others write it' -o lines:1 -o 'has:sev3, open' -- ir-incident severity --no-post SEV3
check 'or in short' -o lines:1 -o 'has:sev1, open' -- ir-incident severity --no-post 1
IR_TEST_NOW=2026-02-01T03:01:00Z check 'severity' -o 'has:sev2, open' -o 'has:[sev2] Severity changed: ' -- ir-incident severity sev2 -m 'only some'
IR_TEST_NOW=2026-02-01T03:02:00Z check 'who leads' -o 'has:sev2, open: Checkout is down; lead: bob' -- ir-incident assign bob
IR_TEST_NOW=2026-02-01T03:03:00Z check 'more of it' -i <(alert alr-00000003 2026-02-01T02:30:00.000Z info pay; tail -1 alerts) -o 'has:lead: bob' -- ir-incident add -
check 'how it stands' -o 'has:lead       bob' -o has:alr-00000003 -o 'has:severity   sev2' -- ir-incident show
IR_TEST_NOW=2026-02-01T03:04:00Z check 'closed' -o 'has:sev2, closed after 59m: Checkout is down' -o 'like:post:file	sent: \[sev2\] Closed' -- ir-incident close -m 'all well'
check 'it is' -o empty -- ir-incident list
check 'a note now is told how' -s 3 -o like:^err- -e "has:--incident $I (Checkout is down)" -- ir-incident note 'too late'
check 'twice is refused' -s 3 -o like:^err- -e 'has:is closed already, since 2026-02-01T03:04:00.000Z' -- ir-incident close "$I"
IR_TEST_NOW=2026-02-01T03:05:00Z check 'it comes back: it is the same, which is said' -i alerts -o "like:^$I	.*sev1, open: Checkout is down" -o 'has:Reopened: Checkout is down' -- ir-incident open 'Checkout is down' -
IR_TEST_NOW=2026-02-01T03:06:00Z check 'and closed again' -o has:'closed after 1h1m' -- ir-incident close
check 'all that were' -o lines:2 -o 'has:closed after 1h1m' -o 'has:open: Another' -- ir-incident list --all
is 'its posts' "$(grep '^2026' "$UPDATES" | grep -v Another | cut -d' ' -f2-)" "[sev1] Checkout is down ($I)
[sev2] Severity changed: Checkout is down ($I)
[sev2] Lead changed: Checkout is down ($I)
[sev2] Closed: Checkout is down ($I)
[sev1] Reopened: Checkout is down ($I)
[sev1] Closed: Checkout is down ($I)"
check 'one that is chosen' -o lines:1 -- ir-incident note --incident "$I" 'afterwards'
check 'one that is none' -s 64 -o like:^err- -e 'has:is no incident that the journal knows' -- env IR_INCIDENT=inc-00000000 ir-incident note x
check 'no handle at all' -s 64 -o ignore -e "has:'x' is no handle of an incident" -- ir-incident note --incident x y
check 'escapes do not reach the terminal' -o $'lacks:\e' -- ir-incident note --incident "$I" $'\e[31mred'

# What people type
check 'a time to come' -s 64 -o ignore -e 'has:--at: that is still to come' -- ir-incident note --incident "$I" --at 2026-02-02T03:00:00Z x
check 'over before it began' -s 64 -o ignore -e 'like:--at: inc-.* began after that, at 2026-02-01T03:00' -- ir-incident close --env other --at 2026-02-01T02:00:00Z
check 'a title of two lines is one' -o 'like:	open: Line one Subject: x\\xff$' -o 'has:sent: Line one Subject: x\xff (inc-' -- ir-incident open --env typed $'Line one\nSubject: x\xff'
check 'the same again, and another' -s 3 -o ignore -e 'like:inc-.* is open already, with this title and beginning' -- ir-incident open --another --env typed $'Line one\nSubject: x\xff'
check 'a title too long' -s 64 -o ignore -e 'has:the title has more than 300 bytes' -- ir-incident open --env typed2 "$(printf '%0301d' 1)"
check 'who is nobody' -s 64 -o ignore -e 'has:the lead is empty' -- ir-incident assign --env typed $'\n'
check 'who is one line' -o 'has:; lead: bo b' -- ir-incident assign --env typed $'bo\nb'
like 'in posts, too' "$(tail -5 "$UPDATES")" '^    Lead: bo b$'
python3 -c 'print("x" + chr(0x1f600) * 16000)' >long
check 'a long note' -i long -o lines:2 -- ir-incident note --env typed --post -
is 'is cut between characters, says so, and what follows is there' "$(tail -7 "$UPDATES" | sed 's/x.*\(.\) …/\1 …/' | head -3 | tr '\n' '|')" "    $(printf '\U1f600') … (cut here: 14852 more bytes, which the journal has)|    Environment: typed|    Began: 2026-02-01 03:00 UTC|"
ir-incident close --env typed >/dev/null

# Six channels: one hangs, one is asked too often, one is broken, one lies with 200, two are well.
port=$(free_port)
spawn python3 "$TOP/tests/fakes/channels.py" "$port" "$T/asked"
await 5 grep -q "^port $port" "$T/spawn.log"
for c in hang:hang,ok often:429:60,ok broken:500,ok lies:okfalse,ok well:ok; do
	printf 'http://127.0.0.1:%s/say/%s/%s' "$port" "${c#*:}" "${c%%:*}" >"$T/${c%%:*}" && chmod 600 "$T/${c%%:*}"
	printf '[channel "%s"]\ntype = %s\nurl-file = %s\ntimeout = 500ms\n' "${c%%:*}" "$([ "${c%%:*}" = lies ] && echo slack || echo webhook)" "$T/${c%%:*}"
done >"$IR_CONF"
printf '[channel "log"]\nfile = %s\n' "$T/log" >>"$IR_CONF"
export IR_TEST_NOW=2026-02-01T04:00:00Z
check 'each is told apart' -s 4 -o save:rows -e ignore -- ir-incident open 'Down again'
is 'six outcomes' "$(grep '^act' rows | cut -f3,5 | tr '\t' ' ' | sort)" "$(printf '%s\n' 'done post:log' 'done post:well' 'failed post:broken' 'failed post:lies' 'failed post:often' 'unknown post:hang')"
like 'with why' "$(grep post:broken rows)" '500.*; kept, and sent by the next run: Down again'
asked() { jq -r 'select(.method == "POST") | .path | split("/") | last' "$T/asked" | sort | uniq -c | awk '{ printf "%s%s:%s", s, $2, $1; s = " " }'; }
is 'each was asked once' "$(asked)" 'broken:1 hang:1 lies:1 often:1 well:1'
export IR_TEST_NOW=2026-02-01T04:02:00Z
check 'the next run sends only what failed, and what is new' -o save:rows -e ignore -- ir-incident severity sev3
is 'what failed before, then the new one' "$(grep '^act' rows | cut -f3,5 | tr '\t' ' ' | sort | uniq -c | awk '{ $1 = $1 } 1')" "$(printf '%s\n' '2 done post:broken' '2 done post:hang' '2 done post:lies' '1 done post:log' '2 done post:often' '1 done post:well')"
is 'asked' "$(asked)" 'broken:3 hang:3 lies:3 often:3 well:2'
is 'what may have arrived says so' "$(jq -r 'select(.path | endswith("hang")) | .body' "$T/asked" | jq -c .repeat | tr '\n' ' ')" 'false true false '
check 'nothing waits' -o lines:7 -e empty -- ir-incident assign
ok 'secrets are nowhere' [ -z "$(grep -rl "127.0.0.1:$port" "$IR_JOURNAL" rows)" ]

# Tickets
printf '%s' secret-token >"$T/token" && chmod 600 "$T/token"
printf '[channel "log"]\nfile = %s\n[ticket]\ngithub = shop/incidents\nurl = http://127.0.0.1:%s\ntoken-file = %s\n' "$T/log" "$port" "$T/token" >"$IR_CONF"
check 'a ticket is opened' -o "like:^act-.*	done	-	ticket:ticket	opened: http" -o like:post:log -- ir-incident open --env tickets 'Third <!-- & @all'
check 'and is told' -o 'like:ticket:ticket	told: http' -- ir-incident severity sev1 --env tickets
check 'and closed' -o 'like:ticket:ticket	closed: http' -- ir-incident close --env tickets -m over
is 'by these requests' "$(jq -r 'select(.path | startswith("/repos")) | .method + " " + .path' "$T/asked" | sed 's/?.*//' | tr '\n' ' ')" \
	'POST /repos/shop/incidents/issues POST /repos/shop/incidents/issues/1/comments POST /repos/shop/incidents/issues/1/comments PATCH /repos/shop/incidents/issues/1 '
unlike 'no token in the journal' "$(cat "$IR_JOURNAL"/*.jsonl)" secret-token
check 'one that was made, but never answered, is found' -o 'like:done.*ticket:ticket.*opened: http.*/2$' -o ignore -- ir-incident open --env slow -t 400ms 'slow and open'
ir-incident open --env killed 'slow, and killed' >out 2>&1 & P=$!
await 5 sh -c "jq -r 'select(.method == \"POST\") | .body' '$T/asked' | grep -q 'slow, and killed'"
{ kill -KILL "$P"; wait "$P"; } 2>/dev/null
check 'of a run that was killed, too: no second is made' -o 'like:done.*ticket:ticket	opened: http.*/3$' -o 'like:done.*post:log	sent, .*slow, and killed|done.*post:log	sent: slow, and killed' -- ir-incident severity --env killed sev2
check 'the next finds it' -o 'like:ticket:ticket	told: http.*/3$' -o ignore -- ir-incident assign --env killed zoe
is 'three were made' "$(jq -r 'select(.method == "POST" and (.path | endswith("/issues"))) | .body | fromjson | .title' "$T/asked" | sed 's/ (inc.*//' | tr '\n' ',')" 'Third <!-- & @all,slow and open,slow, and killed,'
kill "$SPAWNED"
check 'the ticket system is away: the incident is journalled all the same' -s 4 -o 'like:^inc-.*open: Fourth' -o 'like:failed	-	ticket:ticket' -e ignore -- ir-incident open --env four 'Fourth'
check 'it is open' -o lines:1 -- ir-incident list --env four
check 'without a journal there are none' -s 3 -o like:^err- -e 'has:without a journal' -- env IR_JOURNAL=off ir-incident open x
done_testing
