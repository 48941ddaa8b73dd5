#!/usr/bin/env bash
# logs-clickhouse.t - a real ClickHouse: its skeletons are ours, counts are those of the lines, any table's columns, following, and a server that dies
. "${0%/*}/../lib.sh"
need clickhouse
TAB=$'\t'
clickhouse_up
URL=http://127.0.0.1:$CLICKHOUSE_PORT
echo "$CLICKHOUSE_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"

# conf KEY=VALUE…: one source, "ch".
conf() {
	printf '%s\n' '[logs "ch"]' 'type = clickhouse' "url = $URL" "${@/=/ = }" >"$T/ir.conf"
}

collect() {
	"$TOOLS/logs_collect" "$@"
}

# insert TABLE <ROWS
insert() {
	curl -sS -f -m 60 --data-binary @- "$URL/?query=INSERT+INTO+$1+FORMAT+TabSeparated"
}

# ---- the skeleton

clickhouse_sql 'CREATE TABLE nasty (i UInt64, message String) ENGINE = Memory'
collect nasty=50000 >nasty
awk '{ print NR "\t" $0 }' nasty | insert nasty
collect skeleton <nasty >want
check 'the skeleton of 50,000 nasty lines is ours, byte for byte' -o file:want -- clickhouse_sql "SELECT $(collect expression) FROM nasty ORDER BY i"

# ---- any table: counts

counts_with() {
	conf table=app query="$1"
	counts
}
running() {
	clickhouse_sql "SELECT 1 FROM system.processes WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%processes%'" | grep -q 1
}

clickhouse_sql 'CREATE TABLE app (ts DateTime, service String, level String, message String) ENGINE = MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (service, ts)'
{
	for i in 0 1 2 3 4 5; do
		echo "$((1700000000 + 20 * i))${TAB}web${TAB}INFO${TAB}GET /cart/$((100 * i)) took ${i}ms"
	done
	echo "1700000030${TAB}web${TAB}ERROR${TAB}cart 0xdead1 of user_3f2a9c is gone"
	echo "1700000050${TAB}web${TAB}ERROR${TAB}cart 0xbeef22 of user_77ab0 is gone"
	echo "1700000010${TAB}worker${TAB}debug${TAB}queue L2CAP is empty"
	echo "1700000011${TAB}worker${TAB}debug${TAB}queue L3CAP is empty"
	echo "1700000012${TAB}worker${TAB}Warning${TAB}tab\\tquote\\'back\\\\slash\\0nul"
	echo "1700000013${TAB}worker${TAB}odd${TAB}"
} | insert app
conf table=default.app
cat >want <<END
C${TAB}web${TAB}info${TAB}6${TAB}3${TAB}3${TAB}1700000000000${TAB}1700000100000${TAB}1699999980000:2,1700000040000:3,1700000100000:1${TAB}GET /cart/0 took 0ms
C${TAB}worker${TAB}debug${TAB}1${TAB}1${TAB}0${TAB}1700000010000${TAB}1700000010000${TAB}1699999980000:1${TAB}queue L2CAP is empty
C${TAB}worker${TAB}debug${TAB}1${TAB}1${TAB}0${TAB}1700000011000${TAB}1700000011000${TAB}1699999980000:1${TAB}queue L3CAP is empty
C${TAB}worker${TAB}warn${TAB}1${TAB}1${TAB}0${TAB}1700000012000${TAB}1700000012000${TAB}1699999980000:1${TAB}tab${TAB}quote'back\\slash@nul
C${TAB}worker${TAB}${TAB}1${TAB}1${TAB}0${TAB}1700000013000${TAB}1700000013000${TAB}1699999980000:1${TAB}
C${TAB}web${TAB}error${TAB}2${TAB}1${TAB}1${TAB}1700000030000${TAB}1700000050000${TAB}1699999980000:1,1700000040000:1${TAB}cart 0xdead1 of user_3f2a9c is gone
END
counts() {
	collect count "$@" >got
	STATUS=$?
	tr '\0' @ <got | sed /^B/d
	return $STATUS
}
check 'lines are counted by what they look like, oldest first' -o file:want -- counts split=1700000041000
check 'from an instant on, up to another, both within' -o "is:C${TAB}worker${TAB}debug${TAB}1${TAB}0${TAB}0${TAB}1700000011000${TAB}1700000011000${TAB}1699999980000:1${TAB}queue L3CAP is empty" -- \
	counts since=1700000010001 until=1700000011999 level=debug grep=queue
check 'of one service, from one level on: the rest is but counted' -o has:quote -o has:$'\t\n' -o like:"^C${TAB}worker${TAB}debug${TAB}2${TAB}0${TAB}0${TAB}1700000010000${TAB}1700000011000${TAB}" -o lacks:cart -o lines:3 -- \
	counts service=worker level=warn
check 'of more services, one of which is none' -o lines:4 -- counts service=worker service="it's"
conf table=app query="service != 'web' -- mine"
check 'of what a condition of its own says' -o lines:4 -o lacks:cart -- counts
conf table=app service=shop
check 'all of it as one service' -o lines:6 -o unlike:"${TAB}web${TAB}" -o like:"^C${TAB}shop${TAB}" -- counts

# ---- one by one

conf table=app
cat >want <<END
L${TAB}web${TAB}2023-11-14T22:13:20.000Z INFO GET /cart/0 took 0ms
L${TAB}worker${TAB}2023-11-14T22:13:30.000Z DEBUG queue L2CAP is empty
L${TAB}worker${TAB}2023-11-14T22:13:31.000Z DEBUG queue L3CAP is empty
END
check 'lines in the order of time, with their level' -o file:want -- grep ^L <(collect until=1700000011000)
conf table=app
check 'a pattern is not left to the engine: lines are brought' -o lines:13 -o like:^L -o unlike:^C -- collect count grep='cart|queue'
last() {
	collect tail="$1" | tr '\0' @ | sed -n 's/^L.//p' | sort
}
check 'the last lines of each service' -o lines:4 -o has:"INFO GET /cart/500 took 5ms" -o has:"INFO GET /cart/400" -o has:"WARN tab" -o like:'33.000Z $' -- last 2

# ---- numbers that say how bad a line is

clickhouse_sql 'CREATE TABLE json (time UInt64, msg Nullable(String), container LowCardinality(String)) ENGINE = Log' -H 'X-ClickHouse-Format: x' 2>/dev/null ||
	clickhouse_sql 'CREATE TABLE json (time UInt64, msg Nullable(String), container String) ENGINE = Log'
for level in 30 30 50; do echo "1700000000123456789${TAB}{\"level\":$level,\"pid\":$level,\"msg\":\"m\"}${TAB}a"; done | insert json
for status in 200 204 503; do echo "1700000000123${TAB}1.2.3.4 - - \"GET / HTTP/1.1\" $status 12${TAB}a"; done | insert json
for pri in 11 12 12; do echo "1700000000.5${TAB}<$pri>1 x${TAB}a" | sed 's/\.5//'; done | insert json
echo "1700000000123456${TAB}\\N${TAB}a" | insert json
conf table=json
cut_counts() {
	collect count "$@" | sed -n 's/^C.//p' | cut -f3,6,9 | sort
}
check 'seconds, ms, us and ns; levels and statuses that are numbers are kept apart; a NULL is an empty line' -o "is:$(printf '%s\n' \
	"1${TAB}1700000000000${TAB}<11>1 x" "1${TAB}1700000000123${TAB}" "1${TAB}1700000000123${TAB}1.2.3.4 - - \"GET / HTTP/1.1\" 503 12" \
	"1${TAB}1700000000123${TAB}{\"level\":50,\"pid\":50,\"msg\":\"m\"}" "2${TAB}1700000000000${TAB}<12>1 x" \
	"2${TAB}1700000000123${TAB}1.2.3.4 - - \"GET / HTTP/1.1\" 200 12" "2${TAB}1700000000123${TAB}{\"level\":30,\"pid\":30,\"msg\":\"m\"}")" -- cut_counts
check 'bounds hold in each of these units' -o lines:5 -o unlike:'<' -- cut_counts since=1700000000123 until=1700000000123
check 'and leave out the rest' -o lines:2 -o like:'<' -- cut_counts until=1700000000122

# ---- OpenTelemetry's exporter, without a word

clickhouse_sql 'CREATE TABLE otel_logs (Timestamp DateTime, TimestampTime DateTime, TraceId String, SeverityText String, SeverityNumber Int32, ServiceName String, Body String)
	ENGINE = MergeTree PARTITION BY toYYYYMM(TimestampTime) ORDER BY (ServiceName, TimestampTime)'
printf '%s\t%s\t\t%s\t%s\tpay\t%s\n' 1700000000 1700000000 ERROR 17 'card declined' 1700000001 1700000001 '' 13 'card is slow' 1700000002 1700000002 Information 9 'card ok' | insert otel_logs
conf
check 'the table of the OpenTelemetry exporter needs no keys' -o "is:$(printf 'C\tpay\t%s\t1\t0\t0\t%s\t%s\t1699999980000:1\t%s\n' error 1700000000{000,000} 'card declined' warn 1700000001{000,000} 'card is slow')" -- \
	counts since=1700000000000 until=1700000001000
otel_lines() {
	collect level=warn "$@" | grep ^L
}
check 'its levels are words or numbers' -o "is:$(printf 'L\tpay\t%s\n' '2023-11-14T22:13:20.000Z ERROR card declined' '2023-11-14T22:13:21.000Z WARN card is slow')" -- otel_lines since=1700000000000

# ---- names

clickhouse_sql 'CREATE DATABASE `my.logs`' && clickhouse_sql 'CREATE TABLE `my.logs`.`o\`ne` (`the "time"` DateTime, `it\`s` String) ENGINE = Log'
echo "1700000000${TAB}hello" | insert '%60my.logs%60.%60o%5C%60ne%60'
clickhouse_sql 'CREATE TABLE `my.logs`.`two` (`the "time"` DateTime, `it\`s \\ text` String) ENGINE = Log'
echo "1700000000${TAB}hello" | insert '%60my.logs%60.two'
conf 'table=`my.logs`.`two`' 'message-column=it`s \ text'
check 'names with dots, quotes, backticks and backslashes' -o "is:C${TAB}${TAB}${TAB}1${TAB}0${TAB}0${TAB}1700000000000${TAB}1700000000000${TAB}1699999980000:1${TAB}hello" -- counts
conf 'table=`my.logs`.`two`'
check 'which column is the line must be said where no name tells' -s 2 -o "is:F${TAB}clickhouse://127.0.0.1:$CLICKHOUSE_PORT/\`my.logs\`.\`two\`${TAB}no column of the table is known to be the line${TAB}say which: message-column = …; its columns are: the \"time\", it\`s \\ text" -- counts

# ---- ir-logs: as from files

# Lines of two services, one a second, with their own times; whatever varies does.
awk 'BEGIN {
	srand(7)
	for (i = 0; i < 9000; i++) {
		t = 1700000000 + i; r = int(rand() * 1000000); s = strftime("%Y-%m-%dT%H:%M:%SZ", t, 1); k = i % 11
		if (k == 0) m = sprintf("%s INFO GET /cart/%d took %dms", s, r, r % 90)
		else if (k == 1) m = sprintf("%s WARN slow query of user_%d: %d rows", s, r, r % 7)
		else if (k == 2) m = sprintf("{\"level\":%d,\"time\":\"%s\",\"pid\":%d,\"msg\":\"job %x done\"}", (r % 4 + 2) * 10, s, r, r)
		else if (k == 3) m = sprintf("10.0.%d.%d - - [%s] \"GET /item/%d HTTP/1.1\" %d %d", r % 9, r % 250, strftime("%d/%b/%Y:%H:%M:%S +0000", t, 1), r, r % 5 ? 200 : 503, r)
		else if (k == 4) m = sprintf("%s ERROR worker-%d: task %08x-%04x failed after 0x%x", s, r % 20, r * 4099, r % 65536, r)
		else if (k == 5) m = sprintf("level=error ts=%s msg=\"no route\" host=node%d.example.org code=%d", s, r % 30, r)
		else if (k == 6) m = sprintf("%s INFO IPv6 link L%dCAP up on eth%d", s, r % 2 + 2, r % 4)
		else if (k == 7) m = sprintf("<%d>1 %s host app %d - - disk %d full", r % 3 + 10, s, r, r % 9)
		else if (k == 8) m = sprintf("%s DEBUG 1920x1080 frame %d of _%x_", s, r, r)
		else if (k == 9) m = sprintf("%s CRITICAL no space, try_%d", s, r)
		else m = sprintf("%s INFO user %c%c logged in from 192.168.%d.%d", s, 97 + r % 26, 97 + int(r / 26) % 26, r % 256, r % 199)
		print t "\t" (i % 3 ? "web" : "db") "\t" m
	}
}' >rows
clickhouse_sql 'CREATE TABLE both (ts DateTime, service String, message String) ENGINE = MergeTree PARTITION BY tuple() ORDER BY (service, ts)'
insert both <rows
for service in web db; do
	grep -P "^\d+\t$service\t" rows | cut -f 3- >"$service.log"
	printf '%s\n' "[logs \"$service\"]" 'type = file' "path = $PWD/$service.log" "service = $service"
done >files.conf
conf table=both
patterns() {
	IR_CONF=$1 ir-logs -j --all -S 2023-11-14T22:00:00Z -U 2023-11-15T10:00:00Z --new-since 2023-11-14T23:00:00Z "${@:2}" | tee told |
		jq -cS 'select(.kind == "pattern") | {id, service, template, events, lines, before, after, level, level_guessed, first_seen, last_seen, trend, status, also}' | sort
}
patterns files.conf >want
ok 'more kinds of lines than are given at once' [ "$(collect count | grep -c ^C)" -gt 500 ]
check 'patterns, counts, levels and times are those of the same lines in files' -o file:want -- patterns "$T/ir.conf"
is 'nothing is missing' "$(jq -c 'select(.kind == "end") | [.complete, .unknown]' told)" '[true,0]'
patterns files.conf --level error -s web >want
check 'of one service, from one level on' -o file:want -- patterns "$T/ir.conf" --level error -s web
patterns files.conf --grep '/item/1' >want
check 'of what matches a text' -o file:want -- patterns "$T/ir.conf" --grep '/item/1'
patterns files.conf --grep '/item/1[0-9]+ ' >want
check 'of what matches a pattern' -o file:want -- patterns "$T/ir.conf" --grep '/item/1[0-9]+ '
lines() {
	IR_CONF=$1 ir-logs -j --lines "${@:2}" | jq -c 'select(.kind == "line") | [.service, .time, .text]'
}
lines files.conf -S 2023-11-15T00:00:00Z >want
check 'the lines themselves' -o file:want -- lines "$T/ir.conf" -S 2023-11-15T00:00:00Z
lines files.conf --tail 5 | sort >want
check 'the last ones of each service' -o file:want -- sh -c 'IR_CONF=$1 ir-logs -j --lines --tail 5 | jq -c "select(.kind == \"line\") | [.service, .time, .text]" | sort' sh "$T/ir.conf"

# ---- bytes over the wire

many() {
	clickhouse_sql "INSERT INTO app SELECT toDateTime(1700100000 + number % 3600), 'bulk', 'info', concat('request ', toString(number), ' took ', toString(number % 977), 'ms') FROM numbers($1)"
}
bytes() {
	collect count service=bulk since=1700100000000 until=1700103600000 | sed -n 's/^B.//p'
}
conf table=app
many 1000
few=$(bytes)
many 499000
all=$(bytes)
check 'half a million lines of one kind are one row' -o like:"^C${TAB}bulk${TAB}info${TAB}500000${TAB}251200${TAB}248800${TAB}" -o lines:1 -- \
	counts service=bulk since=1700100000000 until=1700103600000 split=1700101800000
ok "their bytes grow with the digits of the counts alone: $few, $all" [ "$all" -lt $((few + 1000)) ]

# ---- following

clickhouse_sql 'CREATE TABLE tail (ts DateTime, service String, message String) ENGINE = MergeTree PARTITION BY tuple() ORDER BY ts'
conf table=tail
now=$(date +%s)
printf '%s\tweb\t%s\n' $((now - 100)) old $((now - 5)) newer $((now - 5)) newer | insert tail
"$TOOLS/logs_collect" follow tail=2 >followed &
follower=$!
await 10 grep -q newer followed
printf '%s\tweb\t%s\n' $((now - 5)) newer $((now - 6)) late $((now + 1)) new | insert tail
await 10 grep -q new$ followed
printf '%s\tdb\t%s\n' $((now + 2)) last | insert tail
await 10 grep -q last followed
stop "$CLICKHOUSE"
await 20 grep -q ^F followed
clickhouse_start
printf '%s\tdb\t%s\n' $((now + 3)) back | insert tail
await 20 grep -q back followed
kill -TERM "$follower" && wait "$follower"
is 'what came and what comes, late and twice or not, each line once' "$(sed -n "s/^L${TAB}\(.*\)${TAB}.*Z /\1 /p" followed | sort | tr '\n' ,)" 'db back,db last,web late,web new,web newer,web newer,web newer,'
is 'an outage is told once' "$(grep -c ^F followed)" 1

# ---- who may read what

conf table=app user=reader "password-file=$T/pw"
check 'a user who may read and set nothing' -o lines:6 -o unlike:^F -- counts until=1700000100000
conf table=app user=reader
check 'without the password' -s 2 -o "like:^F${TAB}clickhouse://127.0.0.1:$CLICKHOUSE_PORT/app${TAB}ClickHouse answers: .*assword.* \\(code 19[0-9]\\)${TAB}look at the keys user and password-file" -- counts
conf table=apps
check 'a table that is not there' -s 2 -o "is:F${TAB}clickhouse://127.0.0.1:$CLICKHOUSE_PORT/apps${TAB}ClickHouse has no table 'apps', or none that the user may read${TAB}did you mean table = app?" -- counts
conf table=default.otel_log
check 'nor is this one, of a database' -s 2 -o "like:${TAB}ClickHouse has no table 'default.otel_log', .*${TAB}did you mean table = default.otel_logs\\?" -- counts
conf table=app time-column=created service-column=sirvice
check 'a column that is not there' -s 2 -o "is:F${TAB}clickhouse://127.0.0.1:$CLICKHOUSE_PORT/app${TAB}time-column: the table has no column 'created'${TAB}its columns are: ts, service, level, message" -- counts
conf table=app service-column=sirvice
check 'with the one that may have been meant' -s 2 -o "like:${TAB}service-column: the table has no column 'sirvice'${TAB}did you mean service\\?" -- counts
clickhouse_sql 'CREATE TABLE text (when String, line String) ENGINE = Log'
printf '%s\tx\n' 2023-11-14T22:13:20Z '2023-11-14 22:13:21' | insert text
conf table=text
check 'a time that is text must be named' -s 2 -o "like:${TAB}no column of the table is known to be the time" -- counts
conf table=text time-column=when
check 'and is read as one' -o "is:C${TAB}${TAB}${TAB}1${TAB}0${TAB}0${TAB}1700000001000${TAB}1700000001000${TAB}1699999980000:1${TAB}x" -- counts since=1700000001000
conf table=app query='nope = 1'
check 'a condition that is wrong' -s 2 -o "like:${TAB}ClickHouse answers: .*nope.* \\(code 47\\)${TAB}look at the keys query" -o lacks:"e.what" -- counts
check 'the user may not write, whatever the condition says' -s 2 -o like:"code (62|164)" -- counts_with "1) FORMAT Null; DROP TABLE app --"
ok 'and has not' clickhouse_sql 'SELECT 1 FROM app LIMIT 1'

# ---- a server that dies

conf table=app query='sleepEachRow(0.05) = 0'
"$TOOLS/logs_collect" count service=web >dying &
dying=$!
await 10 running
kill -KILL "$CLICKHOUSE"
wait "$dying"
is 'a server that dies while it counts: status 2' $? 2
check 'ir-logs: a server that is not there is unknown' -s 2 -o like:'"kind":"error".*clickhouse://' -o like:'"unknown":1,.*"exit":2' -e ignore -- ir-logs -j
like 'and says so' "$(cat dying)" "^F${TAB}clickhouse://.*/app${TAB}connection closed without an answer"
clickhouse_start
conf table=app
mkfifo pipe
"$TOOLS/logs_collect" service=bulk >pipe &
dying=$!
exec 7<pipe
read -r first <&7
kill -KILL "$CLICKHOUSE"
cat <&7 >rest
exec 7<&-
wait "$dying"
is 'a server that dies in the middle of its rows: status 2' $? 2
like 'what came stays' "$first" "^L${TAB}bulk${TAB}2023-11-16T02:00:00.000Z INFO request "
like 'and that it is not all is told' "$(grep ^F rest)" 'status 200 came, then the answer broke off'
check 'a server that is not there' -s 2 -o like:"^F${TAB}.*connection refused" -- counts
done_testing
