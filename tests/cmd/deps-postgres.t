#!/usr/bin/env bash
# ir-deps on a real PostgreSQL that hurts: each condition is made, found, and gone again after healing
. "${0%/*}/../lib.sh"
need postgresql jq
pg_up 'max_connections = 14' 'superuser_reserved_connections = 3' 'deadlock_timeout = 20ms'
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"

# configure [LINE…]: more of the section.
configure() {
	printf '%s\n' '[database "main"]' "url = postgresql://${USER_IS:-admin}@127.0.0.1:$PG_PORT/${BASE:-shop}" "password-file = $T/pw" 'warn = restarted off' "$@" >"$IR_CONF"
}

# session NAME SQL: a session of that application name that runs the SQL and stays; its id is in $SPAWNED.
session() {
	spawn bash -c 'exec 3> >(exec env PGAPPNAME="$1" psql -Xq -h "$2" -p "$3" -U admin -d shop); echo "$4" >&3; sleep 600' - "$1" "$PG_DIR" "$PG_PORT" "$2"
}

configure
await_row main ok 'PostgreSQL 15'
like 'all is well at first' "$(jq -r 'select(.kind == "check" and .status != "ok") | .name' <"$T/out")" '^$'
is 'who it is' "$(member main role)" primary

# ---- sessions
pg_sql 'CREATE TABLE t(id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0), (2, 0)'
configure 'warn = idle-in-transaction 100ms' 'fail = locks 200ms'
session holder 'BEGIN; UPDATE t SET n = 1 WHERE id = 1;'
HOLDER=$SPAWNED
await_row main/idle-in-transaction warn 'holder'
session waiter-1 'UPDATE t SET n = 2 WHERE id = 1;'
WAITERS=("$SPAWNED")
session waiter-2 'UPDATE t SET n = 3 WHERE id = 1;'
WAITERS+=("$SPAWNED")
await_row main/locks fail '2 sessions'
like 'who is at the root of it' "$(member main/locks summary)" 'holder'
like 'and how to end that' "$(member main/locks hint)" 'pg_terminate_backend\([0-9]+\)'
is 'no text of a query' "$(jq -c 'select(.query != null and .kind == "check") | .query' <"$T/out")" ''
check 'but with -v' -s 1 -o 'like:UPDATE t SET n = 1' -e ignore -- ir-deps -v -j
pg_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >/dev/null
await_row main/locks ok 'no session waits'
stop "$HOLDER"
for pid in "${WAITERS[@]}"; do stop "$pid"; done
pg_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'waiter%'" >/dev/null
await_row main/idle-in-transaction ok 'no session'

configure
FULL=()
for i in 1 2 3 4 5 6 7 8 9 10; do session full 'SELECT 1;' && FULL+=("$SPAWNED"); done
await_row main/connections fail '11 of 11 connections'
is 'the numbers' "$(member main/connections measured) of $(member main/connections maximum)" '11 of 11'
pg_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'full'" >/dev/null
await_row main/connections ok 'of 11 connections'
for pid in "${FULL[@]}"; do stop "$pid"; done

# ---- what two looks tell
deadlock() {
	pg_sql "BEGIN; UPDATE t SET n = 0 WHERE id = 1; SELECT pg_sleep(0.3); UPDATE t SET n = 0 WHERE id = 2; COMMIT" >/dev/null 2>&1 &
	pg_sql "BEGIN; UPDATE t SET n = 0 WHERE id = 2; SELECT pg_sleep(0.3); UPDATE t SET n = 0 WHERE id = 1; COMMIT" >/dev/null 2>&1
	wait $!
}
deadlocked() {
	[ "$(pg_sql "SELECT deadlocks FROM pg_stat_database WHERE datname = 'shop'")" -gt 0 ]
}

deadlock
await 10 deadlocked || flunk 'a deadlock was made'
pg_sql "$(for i in {1..50}; do echo 'BEGIN; ROLLBACK;'; done)" 2>>"$T/spawn.log"
await 5 later
ok 'a deadlock since the last look' told main/deadlocks warn 'deadlock'
like 'and transactions rolled back' "$(member main/rollbacks status) $(member main/rollbacks summary)" '^warn 5[0-9] of [0-9]+ transactions rolled back within '

# ---- settings and upkeep
pg_sql "ALTER SYSTEM SET default_transaction_read_only = on" && pg_sql 'SELECT pg_reload_conf()' >/dev/null
await_row main/read-only fail 'default_transaction_read_only'
PGOPTIONS='-c default_transaction_read_only=off' pg_sql "ALTER SYSTEM RESET default_transaction_read_only" && pg_sql 'SELECT pg_reload_conf()' >/dev/null
await_row main/read-only ok 'takes writes'
pg_sql "ALTER SYSTEM SET max_connections = 15" && pg_sql 'SELECT pg_reload_conf()' >/dev/null
await_row main/pending-restart warn 'max_connections'
pg_sql "ALTER SYSTEM RESET max_connections" && pg_sql 'SELECT pg_reload_conf()' >/dev/null
await_row main/pending-restart ok 'no setting'
pg_sql 'UPDATE t SET n = 7'
pg_sql 'CREATE UNIQUE INDEX CONCURRENTLY twice ON t(n)' 2>>"$T/spawn.log"
await_row main/invalid-indexes warn 'twice'
pg_sql 'DROP INDEX twice'
await_row main/invalid-indexes ok 'no invalid index'
# one that is being built is not valid yet, and waits for whoever writes
session writer 'BEGIN; INSERT INTO t VALUES (9, 9);'
WRITER=$SPAWNED
writes() {
	[ "$(pg_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'writer' AND backend_xid IS NOT NULL")" = 1 ]
}
await 5 writes
spawn psql -Xq -h "$PG_DIR" -p "$PG_PORT" -U admin -d shop -c 'CREATE INDEX CONCURRENTLY slow ON t(n)'
building() {
	[ "$(pg_sql "SELECT count(*) FROM pg_index WHERE NOT indisvalid")" = 1 ]
}
await 5 building || flunk 'an index is being built'
ok 'an index that is being built is no invalid one' told main/invalid-indexes ok 'no invalid index'
stop "$WRITER"
pg_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'writer'" >/dev/null

# ---- rights, logins
pg_sql "CREATE ROLE app LOGIN PASSWORD '$PG_PASSWORD'"
USER_IS=app configure
session someone 'BEGIN;'
await_row main/rights warn 'app'
like 'what would help' "$(member main/rights hint)" 'GRANT pg_monitor TO app'
is 'nothing is guessed of what is hidden' "$(jq -s '[.[] | select(.status == "unknown")] | length' <"$T/out")" 0
check 'and that is no failure' -o 'like:rights|may not|hidden' -- ir-deps --only warn
stop "$SPAWNED"
pg_sql 'GRANT pg_monitor TO app'
await_row main/rights ok 'nothing is hidden'
echo wrong-S3cret >"$T/pw"
check 'a wrong password is ours' -s 2 -o 'like:unknown	.*password' -e ignore -- ir-deps
unlike 'which is told nowhere' "$OUT$ERR$(cat "$IR_JOURNAL"/*.jsonl)" 'S3cret'
echo "$PG_PASSWORD" >"$T/pw"
check 'no password at all, too' -s 2 -o 'like:unknown	.*credentials: a password is asked for, and there is none' -- ir-deps "postgresql://admin@127.0.0.1:$PG_PORT/shop"
BASE=nosuch configure
check 'a database that is not there' -s 2 -o 'like:unknown	.*nosuch' -- ir-deps

# ---- a name that only a network of containers knows, and a port that is published elsewhere
printf '%s\n' '[database "main"]' 'url = postgresql://admin@db.invalid:5432/shop' "password-file = $T/pw" "resolve = db.invalid:5432:127.0.0.1:$PG_PORT" >"$IR_CONF"
await_row main ok 'PostgreSQL 15'

# ---- the server
configure
kill -STOP "$(head -1 "$PG_DIR/data/postmaster.pid")"
check 'a server that hangs' -s 2 -o 'like:unknown	.*no answer within 300ms' -- ir-deps -t 300ms
kill -CONT "$(head -1 "$PG_DIR/data/postmaster.pid")"
await_row main ok 'PostgreSQL 15'
stop "$PG"
check 'one that is down' -s 1 -o 'like:fail	.*refused' -e 'has:is the server up' -- ir-deps -v
done_testing
