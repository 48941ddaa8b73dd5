#!/usr/bin/env bash
# ir-logs --lines: the lines of all services in the order of time, the last ones of each, what is picked, what is followed, and never a control byte
. "${0%/*}/../lib.sh"

need jq gzip
export IR_TEST_NOW=2026-02-01T02:15:00Z DOCKER_HOST=unix://$T/no-engine.sock
unset LOKI_ADDR

mkdir log
cat >"$IR_CONF" <<-END
[logs "web"]
	path = $PWD/log/web.log*
	service = web
[logs "worker"]
	path = $PWD/log/worker.log
	service = worker
END
cat >log/web.log <<'END'
2026-02-01T02:00:01Z INFO GET / 200
2026-02-01T02:00:03Z ERROR Internal Server Error: /checkout
Traceback (most recent call last):
  File "/app/views.py", line 42, in checkout
    total(cart)
ValueError: no total
2026-02-01T02:00:05Z INFO GET / 200 after
a line without a time
END
cat >log/worker.log <<'END'
{"time":"2026-02-01T02:00:00Z","level":"info","msg":"ready","logger":"celery"}
{"time":"2026-02-01T02:00:02Z","level":"warning","msg":"slow","request_id":"abcdef123456"}
{"time":"2026-02-01T02:00:03Z","level":"error","msg":"failed","request_id":"abcdef123456"}
{"time":"2026-02-01T02:00:09Z","level":"debug","msg":"password=hunter2 sent"}
END

# of FILE: service and the last word of each line
short() { awk -F '\t' '{ n = split($6, w, " "); print $4 ":" w[n] }' "$1" | tr '\n' ' '; }

# ---- order

check 'lines of two services' -s 1 -o lines:12 -o save:"$T/lines" -- ir-logs --lines
is 'in the order of time, a trace in one piece' "$(sed 's/"}$//; s/","/ /g; s/":"/ /g' "$T/lines" >"$T/plain"; short "$T/plain")" \
	'worker:celery web:200 worker:abcdef123456 web:/checkout web:last): web:checkout web:total(cart) web:total worker:abcdef123456 web:after web:time worker:sent '
is 'a line of a trace has the time and level of its event' "$(awk -F '\t' '/views.py/ { print $2, $3, $4, $6 }' "$T/lines")" '2026-02-01T02:00:03.000Z fail web   File "/app/views.py", line 42, in checkout'
is 'a line without a time that of the one before' "$(awk -F '\t' '/without a time/ { print $2, $3 }' "$T/lines")" '2026-02-01T02:00:05.000Z ok'
like 'what is secret is not shown' "$(tail -1 "$T/lines")" 'password=\*\*\* sent'
check 'as JSON' -s 1 -o save:"$T/json" -- ir-logs --lines -j
is 'members' "$(sed -n 3p "$T/json" | jq -c '[.kind, .time, .status, .service, .level, .logger, .ids, .late]')" '["line","2026-02-01T02:00:02.000Z","warn","worker","warn",null,["request=abcdef123456"],false]'
is 'the logger' "$(head -1 "$T/json" | jq -r .logger)" celery
is 'the summary leaves out the time, which has a column, and the text does not' "$(jq -r 'select(.kind == "line" and (.text | test("GET / 200 after$"))) | [.summary, .text] | join("|")' "$T/json")" \
	'INFO GET / 200 after|2026-02-01T02:00:05Z INFO GET / 200 after'
is 'and has the message of JSON first' "$(jq -r 'select(.kind == "line" and (.text | test("slow"))) | .summary' "$T/json")" \
	'slow  {"time":"2026-02-01T02:00:02Z","level":"warning","msg":"slow","request_id":"abcdef123456"}'
printf '2026-02-01 02:00:00 ::1 connected\n[2026-02-01T02:00:01Z] :memory: opened\n' >colons.log
is 'only what closes the time goes with it' "$(ir-logs --lines --all -c summary colons.log 2>/dev/null)" $'::1 connected\n:memory: opened'
is 'the end counts lines by how bad they are' "$(tail -1 "$T/json" | jq -c '[.ok, .warn, .fail, .exit]')" '[5,1,6,1]'
check 'columns' -s 1 -o 'like:^web	error	ValueError: no total$' -- ir-logs --lines -c service,level,text
printf '2026-02-01T02:00:01Z INFO %s end\n' "$(printf 'long %.0s' {1..200})" >long.log
check 'a long line is whole in a pipe' -o 'like:long  end$' -o lacks:… -- ir-logs --lines long.log

# ---- what is picked

check 'by level: the trace, and what names it' -s 1 -o lines:6 -o unlike:'INFO|slow|without' -- ir-logs --lines --level error
check 'one line of a trace matches for all of it' -s 1 -o lines:5 -o like:checkout -o 'like:total\(cart\)' -- ir-logs --lines --grep views.py
check 'nothing matches' -s 1 -e "is:ir-logs: no line matches 'nosuch'" -- ir-logs --lines --grep nosuch
check 'one service' -s 1 -o lines:4 -o unlike:'	web	' -- ir-logs --lines -s worker
check 'since' -o lines:3 -- ir-logs --lines -S 02:00:04
check 'until, which is in' -o lines:3 -- ir-logs --lines -U 02:00:02
check 'only bad ones are shown, all are counted' -s 1 -o lines:1 -o like:slow -- ir-logs --lines --only warn

printf '{"time":"2026-02-01T02:00:00Z","level":"error","msg":"boom","service":"checkout"}\n' >own.log
printf '[logs "x"]\n\tpath = %s/own.log\n\tservice = web\n' "$PWD" >own.conf
check 'a service has its own name, whatever its lines call it' -s 1 -o 'like:	web	' -- env IR_CONF="$PWD/own.conf" ir-logs --lines web
check 'among patterns, too' -e ignore -o 'like:	web	' -- env IR_CONF="$PWD/own.conf" ir-logs web
check 'where there is none lines tell it' -s 1 -o 'like:	checkout	' -- ir-logs --lines own.log
check 'and patterns' -e ignore -o 'like:	checkout	' -- ir-logs own.log

# ---- the last ones

check 'the last two of each service' -o lines:4 -o save:"$T/lines" -s 1 -- ir-logs --tail 2
is 'these' "$(awk -F '\t' '{ print $4, $2 }' "$T/lines" | tr '\n' ' ')" 'worker 2026-02-01T02:00:03.000Z web 2026-02-01T02:00:05.000Z web 2026-02-01T02:00:05.000Z worker 2026-02-01T02:00:09.000Z '
check 'the last errors, however long ago' -s 1 -o lines:2 -o 'like:	web	.*ValueError: no total$' -o 'like:	worker	.*failed' -- ir-logs --tail 1 --level error
check 'none' -o empty -- ir-logs --tail 0
for i in 5 4 3 2 1; do
	printf "2026-02-01T01:%02d:%02dZ INFO line $((6 - i)) %d\n" $((6 - i)) 1 1 $((6 - i)) 2 2 $((6 - i)) 3 3 >log/web.log.$i
	gzip log/web.log.$i
done
check 'back through rotated and packed files' -s 1 -o lines:13 -o 'like:line 5 3$' -o 'like:line 4 2$' -o unlike:'line (4 1|[123])' -e ignore -- ir-logs --tail 13 -s web
check 'to their beginning' -s 1 -o lines:23 -e ignore -- ir-logs --lines --all -s web
rm log/web.log.*

# ---- no control byte

{
	printf '2026-02-01T02:00:01Z INFO colour \e[31mred\e[0m \e]0;title\a bell\a\r\n'
	printf '2026-02-01T02:00:02Z INFO nul \0 and \x01\x02\x7f \xc2\x9b31m c1\n'
	printf '2026-02-01T02:00:03Z INFO bad \xff\xfe\xc3 utf, \xe2\x80\xae bidi\n'
	printf '2026-02-01T02:00:04Z INFO progress 10%%\rprogress 99%%\rdone\n'
	printf '2026-02-01T02:00:05Z INFO %s\n' "$(head -c 100000 /dev/zero | tr '\0' x)"
	printf '2026-02-01T02:00:06Z INFO last, without an end\t.'
} >dirty.log
check 'hostile bytes' -o lines:6 -o save:"$T/lines" -- ir-logs --lines dirty.log
is 'leave no control byte but those of rows' "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$T/lines" | wc -c)" 0
ok 'and are UTF-8' iconv -f UTF-8 -t UTF-8 "$T/lines"
like 'colours are gone' "$(sed -n 1p "$T/lines")" 'INFO colour red  bell$'
like 'no NUL, no C1' "$(sed -n 2p "$T/lines")" 'INFO nul  and '
unlike 'nor what turns text around' "$(cat "$T/lines")" $'\u202e|\u009b'
is 'a huge line is bounded' "$(($(sed -n 5p "$T/lines" | wc -c) < 17000))" 1
check 'as JSON, too' -o save:"$T/json" -- ir-logs --lines -j dirty.log
is 'which can be read' "$(jq -r 'select(.kind == "line") | .text' "$T/json" | wc -l)" 6
if can script; then
	script -qec 'stty cols 200; ir-logs --lines dirty.log' /dev/null >"$T/tty" </dev/null
	is 'nor on a terminal' "$(LC_ALL=C sed 's/\x1b\[[0-9;]*m//g' "$T/tty" | LC_ALL=C tr -d '\r\n\040-\176\200-\377' | wc -c)" 0
else
	skip script 'nor on a terminal'
fi

# ---- following

: >"$IR_CONF"
echo '2026-02-01T02:00:01Z INFO old a' >a.log
echo '2026-02-01T02:00:02Z INFO old b' >b.log
ir-logs -f a.log b.log >followed 2>followed.err &
follower=$!
has_line() { grep -q -e "$1" followed; }
ok 'what is there is printed' await 30 has_line 'old b'
printf '2026-02-01T02:00:03Z ERROR oh\nTraceback (most recent call last):\n' >>a.log
ok 'what comes is printed' await 30 has_line 'Traceback'
printf '  File "x.py", line 1, in x\nValueError: y\n2026-02-01T02:00:05Z INFO half a' >>a.log
ok 'a trace goes on' await 30 has_line 'ValueError: y'
echo '2026-02-01T02:00:04Z INFO other' >>b.log
ok 'another file' await 30 has_line other
is 'half a line waits' "$(grep -c half followed)" 0
echo ' line' >>a.log
ok 'for its end' await 30 has_line 'half a line'
kill -INT $follower 2>/dev/null || :
kill -TERM $follower
wait $follower
is 'a signal ends it' "$?" 130
is 'once each' "$(sort followed | uniq -d | wc -l)" 0
is 'and in order' "$(awk -F '\t' '{ print $6 }' followed | sed 's/^2026-[^ ]* //')" 'INFO old a
INFO old b
ERROR oh
Traceback (most recent call last):
  File "x.py", line 1, in x
ValueError: y
INFO other
INFO half a line'
is 'the trace has one time' "$(awk -F '\t' '/Traceback|ValueError/ { print $2, $3 }' followed | sort -u)" '2026-02-01T02:00:03.000Z fail'
is 'nothing is wrong' "$(cat followed.err)" ''

# ---- what makes no sense

check 'lines and patterns since' -s 64 -o ignore -e like:exclude -- ir-logs --lines --new-since 02:00
check 'a level that is none' -s 64 -e like:level -- ir-logs --lines --level loud
check 'an expression that is none' -s 64 -o ignore -e like:'no regular expression' -- ir-logs --lines --grep '('

done_testing
