#!/usr/bin/env bash
# ir-deps: what is asked for, what is printed of it, in pipelines, again and again; a real PostgreSQL, Redis and engine behind it
. "${0%/*}/../lib.sh"
need jq redis postgresql

# ---- what is asked for

check 'nothing to look at: said, and what would help' -s 69 -o 'like:^err-' -e 'has:there is no dependency to look at' -e 'has:DATABASE_URL or REDIS_URL' -e 'has:[database "main"]' \
	-e 'has:ir-deps postgresql://' -- ir-deps
check 'nothing on standard input is nothing, not all' -o empty -i /dev/null -- ir-deps -
check 'a password on the command line is refused, with the fix' -s 64 -e 'has:a URL with a password' -e 'has:password-file' -e lacks:hunter2 -- ir-deps postgres://me:hunter2@127.0.0.1/shop
check 'also in the query' -s 64 -o ignore -e 'has:password' -e lacks:hunter2 -- ir-deps 'redis://127.0.0.1/0?password=hunter2'
check 'a scheme that is of nothing' -s 64 -o ignore -e 'has:gopher' -e 'has:postgresql://' -- ir-deps gopher://127.0.0.1/
check 'a second look and looking again exclude one another' -s 64 -o ignore -e 'has:exclude one another' -- ir-deps -w --sample 1s
unlike 'no password was kept' "$(cat "$IR_JOURNAL"/*.jsonl)" hunter2

printf '%s\n' '[check "main"]' 'url = tcp://127.0.0.1:1' '[database "main"]' 'url = postgresql://127.0.0.1/shop' >"$IR_CONF"
check 'a check and a database of one name and service would have one handle' -s 78 -o ignore -e "has:a [check] of the same service is called 'main', too" -e 'like:ir.conf:3: ' -- ir-deps
: >"$IR_CONF"

redis_up
pg_up 'max_connections = 12'
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
cat >"$IR_CONF" <<CONF
[database "main"]
url = postgresql://admin@127.0.0.1:$PG_PORT/shop
password-file = $T/pw
service = shop
warn = restarted off
[cache "sessions"]
url = redis://127.0.0.1:$REDIS_PORT/0
service = web
warn = restarted off
CONF
row() {
	awk -F '\t' -v s="$1" '$5 == s { print $3 }' "$T/text"
}
check 'all of ir.conf: a line for each that is well' -o lines:2 -o 'like:	ok	shop	postgresql://127.0.0.1:[0-9]+/shop	' -o 'like:	ok	web	redis://127.0.0.1:[0-9]+/0	' -- ir-deps
check 'one by its name' -o lines:1 -o has:postgresql: -- ir-deps main
check 'all of a service' -o lines:1 -o has:redis: -- ir-deps web
check 'by -s' -o lines:1 -o has:redis: -- ir-deps -s web
check 'said twice, it is one' -o lines:1 -- ir-deps main main shop
check 'a name that nothing bears, and the nearest' -s 1 -e "has:nothing is called 'mian': no dependency or service" -e "has:did you mean 'main'?" -- ir-deps mian
check 'the others are looked at all the same' -s 1 -o lines:1 -e "has:nothing is called 'mian'" -- ir-deps mian sessions
check 'a service that has none' -s 1 -e "has:nothing to look at is of service 'wbe'" -e "has:did you mean 'web'?" -- ir-deps -s wbe
check 'a name that -s leaves out' -s 1 -o ignore -e "has:nothing is called 'main'" -- ir-deps -s web main
check 'a host and port, as it should be written' -s 1 -e "has:write postgresql://db:5432/shop" -- ir-deps db:5432/shop
check 'a URL, and nothing else' -o lines:1 -o "has:tcp://127.0.0.1:$PG_PORT" -- ir-deps "tcp://127.0.0.1:$PG_PORT"
check 'a URL and a name' -o lines:2 -- ir-deps "tcp://127.0.0.1:$PG_PORT" sessions
check 'nobody listens' -s 1 -o 'like:	fail	-	tcp://127.0.0.1:1	connection refused' -- ir-deps tcp://127.0.0.1:1

# ---- measures

ir-deps --all >"$T/text"
ok 'measures that are well, with --all' [ "$(wc -l <"$T/text")" -ge 8 ]
ir-deps --all -c name >"$T/names"
ok 'among them one of each' [ "$(grep -c '^main/connections$\|^sessions/memory$' "$T/names")" = 2 ]
check 'one by its full name, though it is well' -o lines:2 -o like:^main$ -o like:^main/connections$ -- ir-deps -c name main/connections
check 'a measure that there is none of' -s 1 -o lines:1 -e "has:nothing is called 'main/conections'" -e "has:did you mean 'main/connections'?" -- ir-deps main/conections
ir-deps -j >"$T/json"
run=$(tail -1 "$T/json" | jq -r .run)
journalled=$(cat "$IR_JOURNAL"/*.jsonl | jq -r "select(.record.run == \"$run\" and .record.kind == \"check\") | .record.name" | wc -l)
ok 'those that are well are journalled, too' [ "$journalled" -ge 10 ]
is 'and counted' "$(tail -1 "$T/json" | jq .ok)" "$journalled"
is 'but not printed' "$(wc -l <"$T/json")" 3
check 'as a plugin: all of them are counted' -o lines:1 -o 'like:^IR OK|OK' -- ir-deps -o nagios
check 'ids are handles' -o lines:2 -o unlike:[^a-z0-9-] -- ir-deps -o id
is 'an array' "$(ir-deps -o json-array | jq -r '[.[] | select(.kind == "check").name] | join(" ")')" 'main sessions'

check 'names are completed, with what the last look said' -o 'like:^main	ok: ' -o lacks:sessions -- ir-deps --complete line -- ma
check 'full names, once they are begun' -o 'like:^main/connections	ok: ' -- ir-deps --complete line -- main/
check 'a dependency that was not looked at yet' -o 'is:sessions	not looked at yet' -- env IR_JOURNAL=off ir-deps --complete line -- se

# ---- what hurts: connections that are used up, a lock

for i in 1 2 3 4 5 6 7; do
	PGPASSWORD=$PG_PASSWORD spawn psql -h 127.0.0.1 -p "$PG_PORT" -U admin -d shop -c 'SELECT pg_sleep(100)'
done
sleeping() {
	[ "$(pg_sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(100)%' AND pid <> pg_backend_pid()")" = 7 ]
}
await 10 sleeping
sed -i 's/^service = shop/&\nwarn = connections 50%\nfail = connections 60%/' "$IR_CONF"
check 'connections that are used up' -s 1 -o 'like:	fail	shop	.*	[0-9]+ of 9 connections' -o 'like:	ok	web	' -o save:"$T/text" -- ir-deps
is 'the bad one is first' "$(head -1 "$T/text" | cut -f3)" fail
check 'a filter shows less, and the exit status speaks of all' -s 1 -o lines:2 -o lacks:fail -- ir-deps --only ok sessions main/connections
check 'with -v what to do, below the rows' -s 1 -o ignore -e 'like:^ir-deps: main/connections: .' -- ir-deps -v
check 'but not of what is not shown' -s 1 -o ignore -e 'unlike:^ir-deps: main/connections: ' -- ir-deps -v --only ok
check 'through a filter to the whole record' -s 0 -o has:main/connections -o 'like:fail_at +' -- bash -c 'ir-deps | grep fail | ir-show -'
check 'and back: the record of a measure is its dependency, asked anew' -s 1 -o like:^main$ -o like:^main/connections$ -o lines:2 -- bash -c 'ir-deps | grep fail | ir-deps -c name -'
check 'its handle, too' -s 1 -o like:^main$ -o unlike:sessions -- ir-deps -c name "$(ir-deps --only fail -o id)"
check 'as JSON' -s 1 -o like:^main$ -o unlike:sessions -- bash -c 'ir-deps --only fail -j | ir-deps -c name -'
check 'as a plugin' -s 2 -o lines:1 -o like:CRITICAL -- ir-deps -o nagios
check 'members' -s 1 -o save:"$T/json" -- ir-deps -j
is 'a measure has its numbers' "$(jq -c 'select(.name == "main/connections") | [.dependency, .measure, .maximum, .fail_at, .measured_in, (.measured >= 7)]' "$T/json")" '["main","connections",9,5.4,"count",true]'
is 'all records are of the schema of their kind' "$(ir-show --schema check >"$T/schema"; "$TOOLS/schema_check" "$T/schema" <"$T/json" 2>&1)" '4 records, 0 bad'
is 'the end is the last line, and tells how it ended' "$(tail -1 "$T/json" | jq -c '[.kind, .complete, .fail, .exit]')" '["end",true,1,1]'

# ---- looking again

ir-deps -w --interval 100ms -c status,service,change,name >"$T/watch" 2>"$T/watch.err" &
W=$!
# A server that goes in the middle of a look may take its measures along before it is missed itself.
told() {
	grep -v '	sessions/queues$' "$T/watch"
}
lines() {
	[ "$(told | wc -l)" -ge "$1" ]
}
await 10 lines 3
is 'all that is worth a line at first' "$(head -3 "$T/watch" | cut -f1,4 | sort | tr '\n\t' ' :')" 'fail:main/connections ok:main ok:sessions '
pg_sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(100)%' AND pid <> pg_backend_pid()" >/dev/null
await 10 lines 4
is 'what healed is a change, though it is well' "$(sed -n 4p "$T/watch")" 'ok	shop	~	main/connections'
stop "$REDIS"
await 10 lines 5
is 'a dependency that is gone: it alone tells, not its measures' "$(told | sed -n 5p)" 'fail	web	~	sessions'
withdrawn() {
	local last
	last=$(grep '	sessions/queues$' "$T/watch" | tail -1)
	[ -z "$last" ] || [ "$(cut -f3 <<<"$last")" = - ]
}
ok 'nor does one that was looked at just then' await 10 withdrawn
redis_again() {
	spawn redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --unixsocket "$T/redis.sock" --save '' --appendonly no --dir "$T"
	REDIS=$SPAWNED
	await 10 redis-cli -p "$REDIS_PORT" ping
}
redis_again
await 10 lines 6
is 'and back' "$(told | sed -n 6p)" 'ok	web	~	sessions'
sleep 0.4
is 'nothing else is printed' "$(told | wc -l)" 6
kill -TERM $W
wait $W
is 'ended by a signal: 130' $? 130
is 'nothing on standard error' "$(cat "$T/watch.err")" ''

# ---- records of others; nobody is asked twice

: >"$T/up"
printf '[check "up"]\ncommand = false\nservice = web\n[check "lone"]\ncommand = false\n' >>"$IR_CONF"
check 'a check of a service leads to what the service depends on' -o lines:1 -o has:redis: -- bash -c 'ir-health | ir-deps -'
check 'and a dependency to the checks of its service' -s 1 -o lines:1 -o has:command:up -- bash -c 'ir-deps | ir-health -'
check 'a source that was killed is not complete' -s 2 -o lines:1 -e 'has:not complete' -- bash -c 'ir-deps sessions | head -c -1 | ir-deps -'

for i in 1 2 3; do redis-cli -p "$REDIS_PORT" rpush celery "{\"headers\":{\"id\":\"$i\",\"task\":\"t\"},\"body\":\"\",\"properties\":{}}" >/dev/null; done
redis-cli -p "$REDIS_PORT" sadd _kombu.binding.celery "$(printf 'celery\6\26\6\26celery')" >/dev/null
check 'a queue that nobody takes from, on a URL' -s 1 -o 'like:	fail	-	redis://.*/0#celery/celery	no worker alive, 3 pending' -o save:"$T/text" -- ir-deps "redis://127.0.0.1:$REDIS_PORT/0"
check 'its lines lead to that URL again, once' -s 1 -o save:"$T/again" -i "$T/text" -- ir-deps -
is 'all of them' "$(cut -f1,5 "$T/again" | sort)" "$(cut -f1,5 "$T/text" | sort)"
redis-cli -p "$REDIS_PORT" del celery _kombu.binding.celery >/dev/null

# ---- the environment; secrets

: >"$IR_CONF"
export DATABASE_URL=postgresql://admin:$PG_PASSWORD@127.0.0.1:$PG_PORT/shop REDIS_URL=unix://$T/redis.sock
check 'what the environment says' -o 'like:	ok	-	postgresql://' -o 'like:	ok	-	.*redis.sock' -o lacks:"$PG_PASSWORD" -- ir-deps
unlike 'no secret in the journal, nor in what is said of it' "$(cat "$IR_JOURNAL"/*.jsonl; ir-deps -vv 2>&1; ir-deps --all -j | ir-show - 2>&1)" "$PG_PASSWORD"
DATABASE_URL=postgresql://admin:wrong-secret@127.0.0.1:$PG_PORT/shop check 'a wrong password' -s 2 -o 'like:	unknown	.*postgresql:.*password authentication failed' -o lacks:wrong-secret -e lacks:wrong-secret -- ir-deps -vv --only fail,unknown
unset DATABASE_URL REDIS_URL

# ---- progress

if can script; then
	kill -STOP "$REDIS"
	printf '[cache "silent"]\nurl = redis://127.0.0.1:%s\n' "$REDIS_PORT" >"$IR_CONF"
	is 'on a terminal it says what takes so long' "$(script -qec 'ir-deps -t 800ms' /dev/null </dev/null | grep -c 'ir-deps: looking at 1 dependency ')" 1
	check 'and nowhere else' -s 2 -o lines:1 -o 'has:no answer within 800ms' -- ir-deps -t 800ms
	kill -CONT "$REDIS"
else
	skip script
fi

# ---- an engine that does not answer

mkdir shop && printf 'services:\n  web: {image: x}\n' >shop/compose.yaml
cd shop || exit
printf '[cache "sessions"]\nurl = redis://127.0.0.1:%s/0\nwarn = restarted off\n' "$REDIS_PORT" >"$IR_CONF"
export DOCKER_HOST=unix://$T/no-engine.sock
check 'it could have told of more: unknown' -s 2 -o lines:2 -o 'like:	unknown	-	engine:|	unknown	-	unix' -o 'like:	ok	.*redis:' -- ir-deps
check 'one that is known needs no engine' -o lines:1 -o has:redis: -- ir-deps sessions
check 'a name that it could have known is not said to be none' -s 2 -o 'like:	unknown	' -- ir-deps other
check 'a URL does not ask it' -o lines:1 -- ir-deps "tcp://127.0.0.1:$REDIS_PORT"
done_testing
