#!/usr/bin/env bash
# ir-alerts and ir-ack with a pager that is a program: what is told, whose it is, what is chosen, what becomes of an ack
. "${0%/*}/../lib.sh"
need jq
export DOCKER_HOST=unix://$T/no-engine.sock IR_TEST_NOW=2026-02-01T03:00:00Z IR_WHO=ana IR_ENV=shop

check 'no pager' -s 69 -o like:^err- -e 'has:no pager is configured' -e 'has:ALERTMANAGER_URL' -- ir-alerts
cat >"$IR_CONF" <<END
[pager "home"]
command = cat $T/alerts
ack-command = $T/ack
[service "billing"]
alert-match = team=money, tier!=test
[service "web"]
END
cat >"$T/alerts" <<'END'
{"id":"a1","time":"2026-02-01T02:00:00Z","name":"HighErrorRate","severity":"critical","labels":{"job":"web","instance":"web-1:9100"},"description":"5xx above 5%"}
{"id":"a2","time":1769911200,"name":"QueueGrows","severity":"warning","service":"worker"}
{"id":"a3","time":"2026-02-01T02:30:00Z","name":"Payments","severity":"page","labels":{"team":"money","service":"pay"},"acked_by":"bob","acked_until":"2026-02-01T03:10:00Z"}
{"id":"a4","time":"2026-02-01T02:40:00Z","name":"NodeDown","labels":{"team":"money","tier":"test","job":"unknown"},"state":"inhibited"}
{"id":"a5","time":"2026-02-01T02:45:00Z","name":"Bob's","mine":false,"assigned":["bob"],"severity":"p1"}
END
cat >"$T/ack" <<END
#!/bin/sh
cat $IR_JOURNAL/*.jsonl | grep -c '"kind":"action".*"status":"planned"' >>$T/intents
while read -r id; do echo "\$id" >>$T/acked; [ "\$id" = a5 ] || sed -i "/\"id\":\"\$id\"/s/\"name\"/\"acked_by\":\"ana\",\"name\"/" $T/alerts; done
END
chmod 755 "$T/ack"

check 'open alerts, the newest first' -s 1 -o save:rows -o lines:4 -- ir-alerts
is 'rows' "$(cut -f2- rows)" "2026-02-01T02:45:00.000Z	fail	-	alert:Bob's	p1: Bob's
2026-02-01T02:30:00.000Z	warn	billing	alert:Payments	acked by bob until 03:10Z: page: Payments
2026-02-01T02:00:00.000Z	fail	web	alert:HighErrorRate@web-1:9100	critical: 5xx above 5%
2026-02-01T02:00:00.000Z	warn	worker	alert:QueueGrows	warning: QueueGrows"
check 'what another keeps quiet' -s 1 -o lines:1 -o 'has:inhibited: NodeDown' -- ir-alerts --state inhibited
check 'what nobody has' -s 1 -o lines:3 -o lacks:Payments -- ir-alerts --state firing
check 'mine' -s 1 -o lines:3 -o "lacks:Bob's" -- ir-alerts --mine
check 'of a service' -o lines:1 -o has:Payments -- ir-alerts -s billing --only warn
check 'of one that has none' -s 1 -o empty -e "has:no open alert is of service 'db'" -- ir-alerts -s db
check 'by name' -o lines:1 -o has:QueueGrows -- ir-alerts QueueGrows
check 'by a name that none has' -s 1 -e "has:no open alert is called 'Nope'" -- ir-alerts Nope
H=$(awk -F'\t' '/HighErrorRate/ { print $1 }' rows) B=$(awk -F'\t' '/Bob/ { print $1 }' rows) P=$(awk -F'\t' '/Payments/ { print $1 }' rows)
check 'by handle' -s 1 -o lines:1 -o has:HighErrorRate -- ir-alerts "$H"
check 'as JSON' -s 1 -i rows -o save:json -- ir-alerts -j -
is 'members' "$(jq -c 'select(.name == "Payments") | [.pager, .pager_type, .alert, .severity, .state, .acked_by, .acked_until, .mine, .labels]' json)" \
	'["home","command","a3","page","acked","bob","2026-02-01T03:10:00.000Z",null,["team=money","service=pay"]]'
check 'a handle gives it back' -o has:'state        firing' -o has:instance=web-1:9100 -- ir-show "$H"
check 'a pager that is not there' -s 64 -o like:^err- -e "has:no pager 'x'" -- ir-alerts --pager x

check 'a dry run' -o lines:2 -o "like:^pln-.*planned.*ack: 1 of 1 step to be done" -o 'like:^act-.*planned	web	alert:HighErrorRate@web-1:9100	give 1 id to ack-command' -- ir-ack -n "$H"
ok 'did nothing' [ ! -e "$T/acked" ]
check 'it is mine' -o lines:1 -o 'like:^act-.*	done	web	.*	acked$' -- ir-ack -m looking "$H"
is 'the program was told' "$(cat "$T/acked")" a1
is 'its intent was in the journal by then' "$(cat "$T/intents")" 2 # of the dry run, and this one
is 'and how it went, after' "$(cat "$IR_JOURNAL"/*.jsonl | jq -r '.record | select(.kind == "action" or .kind == "plan") | .kind + " " + .status' | tail -4 | tr '\n' ' ')" 'plan planned action planned action done plan done '
check 'and all see it' -o 'has:acked by ana: critical: 5xx' -- ir-alerts "$H"
check 'again: nothing to do' -o 'like:^act-.*	noop	web	.*	ana has it already$' -- ir-ack "$H"
check 'of another: nothing to do either' -o 'has:Payments	bob has it already until 03:10Z' -- ir-ack "$P"
is 'nobody was asked' "$(cat "$T/acked")" a1
check "it pages another" -s 3 -o "has:refused" -o "has:it pages bob, not ana: say --anyone" -- ir-ack "$B"
check 'the pager does not show it as acked: not done' -s 1 -o "like:^act-.*	failed	-	.*	ack-command ended well, but command still tells it as firing$" -- ir-ack --anyone "$B"
ir-alerts >rows
check 'some, and not others' -s 4 -i rows -o "like:done	worker.*QueueGrows	acked" -o "has:Bob's	it pages bob" -o has:noop -- ir-ack -
check 'a run that is cut short' -s 3 -o like:^err- -e 'has:not complete, so nothing was done' -- sh -c "head -c 30 rows | ir-ack -"
check 'nothing given' -s 3 -o like:^err- -e 'has:nothing was given to act on' -- ir-ack -
check 'no operand' -s 64 -o like:^err- -e 'has:no alert is named' -- ir-ack
check 'a handle that nobody knows' -s 3 -o like:^err- -e has:alr-00000000 -- ir-ack alr-00000000
check 'another kind' -s 65 -o like:^err- -e 'has:is of kind deploy, where alert or action is wanted' -- ir-ack "$(ir-deploys record web --revision 1 -o id)"
check 'another environment' -s 3 -o like:^err- -e "has:is of environment 'shop'" -e 'has:--env shop' -- ir-ack --env other "$H"
check 'no way back' -s 3 -o 'has:command has no way to unack' -- ir-ack --undo "$H"
sed -i '/"a1"/d' "$T/alerts"
check 'it is over' -o 'has:	it is over' -- ir-ack "$H"
check 'named, and over' -s 1 -e "has:no open alert is known as '$H'" -- ir-alerts "$H"
sed -i '1i{"id":"a1","time":"2026-02-01T02:50:00Z","name":"HighErrorRate","severity":"critical","labels":{"job":"web"}}' "$T/alerts"
check 'it began again: it is another' -s 3 -o 'like:refused.*it ended, and began again: it is alr-' -- ir-ack "$H"
check 'without a journal nothing is done' -s 3 -o like:^err- -e 'has:nothing is changed without a journal' -- env IR_JOURNAL=off ir-ack "$H"
check 'nor when only looking is allowed' -s 3 -o ignore -e 'has:IR_READONLY' -- env IR_READONLY=1 ir-ack "$(ir-alerts --state firing -o id HighErrorRate)"
is 'of all that only these were sent' "$(tr '\n' ' ' <"$T/acked")" 'a1 a5 a2 '

# What programs may do wrong.
cat >"$T/alerts" <<'END'
{"id":"b1","time":"2026-02-01T02:00:00Z","name":"\u001b[31mred\u0007","description":"two\nlines"}
{"id":"b2"}
nonsense
END
check 'lines that are none' -s 2 -o $'lacks:\e' -o 'like:	fail	-	alert:.*red' -o like:^err- -e "has:line 2 of its command is no alert: it needs an" -- ir-alerts
sed -i "s|cat $T/alerts|cat $T/alerts; echo broken >\&2; exit 3|" "$IR_CONF"
check 'a program that fails' -s 2 -o ignore -e 'has:command fails (exit status 3): broken' -- ir-alerts
sed -i "s|^command = .*|command = sleep 60|" "$IR_CONF"
check 'a program that hangs' -s 2 -o like:^err- -e "has:did not end within 200ms" -- ir-alerts -t 200ms
check 'what is not known is not acked' -s 2 -o 'like:^act-.*	unknown	web	.*did not end within 200ms' -- ir-ack -t 200ms "$H"
printf '[pager "x"]\ntype = command\n' >"$IR_CONF"
check 'none' -s 78 -o like:^err- -e 'has:ir.conf:1' -e 'has:a pager of type command needs one' -- ir-alerts
printf '[pager "x"]\ncommand = true\nfilter = a\n' >"$IR_CONF"
check 'no matcher' -s 78 -o like:^err- -e 'has:ir.conf:3: filter' -e 'has:name=~regex' -- ir-alerts

# What began together is in the order of its services, not of the pager's ids.
printf '[pager "home"]\ncommand = cat %s/together\n' "$T" >"$IR_CONF"
printf '{"id":"%s","time":"2026-02-01T02:00:00Z","name":"Down","severity":"critical","service":"%s","labels":{"instance":"%s"}}\n' 1 web b 2 api a 3 web a >"$T/together"
check 'of one time: by service, then by subject' -s 1 -o save:rows -- ir-alerts
is 'in this order' "$(cut -f4,5 rows | tr '\t\n' ' ,')" 'api alert:Down@a,web alert:Down@a,web alert:Down@b,'
: >"$IR_CONF"
check 'a url that leads nowhere: where it stands' -s 2 -o like:^err- -e 'has:connection refused' -e 'has:url, written at ALERTMANAGER_URL' -- env ALERTMANAGER_URL=http://127.0.0.1:1 ir-alerts

# What a record means has to be what is acked.
cat >"$T/alerts" <<'END'
{"id":"c1","time":"2026-02-01T02:00:00Z","name":"Disk","severity":"critical","labels":{"team":"ops"}}
{"id":"c2\nc1","time":"2026-02-01T02:00:00Z","name":"Two","severity":"critical"}
END
rm -f "$T/acked"
printf '[pager "home"]\ncommand = cat %s\nack-command = %s\n' "$T/alerts" "$T/ack" >"$IR_CONF"
check 'an id of two lines is none' -s 2 -o 'like:alert:Disk' -o lacks:Two -o like:^err- -e 'has:line 2 of its command is no alert: its "id" has more than one line' -- ir-alerts
sed -i 2d "$T/alerts"
H=$(ir-alerts -o id)
printf 'filter = team=web\n' >>"$IR_CONF"
check 'what a filter leaves out is not over' -s 3 -o "like:	refused	.*the filter of pager 'home' leaves it out" -- ir-ack "$H"
sed -i '/^filter/d; s|^ack-command.*|ack-command = echo no such user >\&2; exit 1|' "$IR_CONF"
check 'an ack-command that fails' -s 1 -o 'like:	failed	.*ack-command fails \(exit status 1\): no such user$' -- ir-ack "$H"
ok 'none of it was acked' [ ! -e "$T/acked" ]

# An ack is a lease: that it could not be renewed has to be said.
printf '[pager "am"]\nurl = http://127.0.0.1:1\n' >>"$IR_CONF"
check 'a pager that is away, and what is mine there' -s 2 -o 'like:^err-.*pager:am' -o lines:1 -e "has:pager 'am'" -- ir-ack --renew
check 'likewise, to be seen only' -s 2 -o 'like:^pln-' -o 'like:^err-' -e "has:pager 'am'" -- ir-ack -n --renew

# ---- -w
unset IR_TEST_NOW
cat >"$T/alerts" <<'END'
{"id":"w1","time":"2026-02-01T02:00:00Z","name":"Disk","severity":"critical","mine":true}
{"id":"w2","time":"2026-02-01T02:00:00Z","name":"Queue","severity":"critical","mine":true}
END
printf '[pager "home"]\ncommand = %s\n' "$T/tell" >"$IR_CONF"
printf '#!/bin/sh\necho >>%s/turns\n[ ! -e %s/broken ] || { echo broken >&2; exit 1; }\ncat %s/alerts\n' "$T" "$T" "$T" >"$T/tell" && chmod 755 "$T/tell"
turns() { # that N more turns were made
	local n=$(($(wc -l <"$T/turns") + $1))
	await 20 sh -c "[ \$(wc -l <$T/turns) -gt $n ]"
}
spawn ir-alerts -w -j --mine --interval 100ms # its output is in spawn.log
await 10 grep -q '"Queue"' "$T/spawn.log"
sed -i 's/"name":"Queue","severity":"critical","mine":true/"name":"Queue","severity":"critical","mine":false,"assigned":["bob"]/' "$T/alerts"
turns 3
is 'what pages somebody else now is not told as over' "$(grep -c '"Queue"' "$T/spawn.log")" 1
touch "$T/broken"
turns 5
rm "$T/broken"
await 10 grep -q 'tells all again' "$T/spawn.log"
is 'a pager that is away is told once' "$(grep -c '"kind":"error"' "$T/spawn.log")" 1
sed -i '/"w1"/d' "$T/alerts"
ok 'what is over is told' await 10 grep -q '"state":"resolved"' "$T/spawn.log"
is 'and nothing but that' "$(grep -c '"change":' "$T/spawn.log") $(grep '"state":"resolved"' "$T/spawn.log" | grep -c '"name":"Disk"')" '3 1'
stop "$SPAWNED"
done_testing
