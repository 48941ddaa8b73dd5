#!/usr/bin/env bash
# ir-deps on a PostgreSQL with a standby: what goes wrong between them is made, found, and gone again after healing
. "${0%/*}/../lib.sh"
need postgresql jq
pg_up 'archive_mode = on' "archive_command = 'true'" 'max_prepared_transactions = 2' 'min_wal_size = 32MB'
pg_standby_up
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"

# section NAME HOSTS ATTRS [LINE…]
section() {
	printf '%s\n' "[database \"$1\"]" "url = postgresql://admin@$2/shop?target_session_attrs=$3" "password-file = $T/pw" 'warn = restarted off' "${@:4}"
}

PRIMARY=127.0.0.1:$PG_PORT COPY=127.0.0.1:$STANDBY_PORT

# configure [LINE…]: more for both
configure() {
	{ section main "$PRIMARY" any 'replicas = 1' "$@" && section copy "$COPY" any "$@"; } >"$IR_CONF"
}

reload() {
	pg_sql "$1" && pg_sql 'SELECT pg_reload_conf()' >/dev/null
}

# ---- all is well
configure
await_row main/standbys ok '1 standby is connected, in step'
row copy/lag ok 'in step with its primary'
row copy ok 'PostgreSQL 15[0-9.]* standby, '
is 'what each is' "$(member main role)$(member copy role)" primarystandby
like 'nothing else is wrong' "$(jq -r 'select(.kind == "check" and .status != "ok") | .name' <"$T/out")" '^$'

# ---- nothing is written: what the standby shows is old, but it is not behind
configure 'warn = lag 1ms' 'fail = lag 10ms'
pg_sql 'CREATE TABLE t(n int)'
await_row copy/lag ok 'in step with its primary'
sleep 0.1
ok 'an idle standby is no false alarm' told copy/lag ok 'in step'

# ---- replay is paused
configure 'warn = standbys 1ms' 'fail = lag 200ms'
pg_standby_sql 'SELECT pg_wal_replay_pause()' >/dev/null
await_row copy/lag warn 'replay is paused'
pg_sql 'INSERT INTO t SELECT generate_series(1, 50000)'
await_row copy/lag fail 'replay is paused, '
is 'and how it goes on' "$(member copy/lag hint)" 'SELECT pg_wal_replay_resume()'
await_row main/standbys warn "'standby' is "
pg_standby_sql 'SELECT pg_wal_replay_resume()' >/dev/null
await_row copy/lag ok 'in step with its primary'
configure
await_row main/standbys ok 'in step'

# ---- slots
pg_sql "SELECT pg_create_physical_replication_slot('left', true)" >/dev/null
await_row main/slots warn "1 of 1 slots is not in use; 'left' keeps "
like 'what takes it away' "$(member main/slots hint)" "pg_drop_replication_slot\('left'\)"
reload "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'"
lose() {
	pg_sql 'INSERT INTO t VALUES (0)' && pg_sql 'SELECT pg_switch_wal()' >/dev/null && pg_sql CHECKPOINT
	told main/slots fail "slot 'left' is lost"
}
if await 10 lose; then pass "a slot that lost its WAL"; else flunk "a slot that lost its WAL" "$(member main/slots summary)"; fi
pg_sql "SELECT pg_drop_replication_slot('left')" >/dev/null
await_row main/slots ok 'no replication slot'

# ---- WAL that cannot be archived
reload "ALTER SYSTEM SET archive_command = 'false'"
pg_sql 'INSERT INTO t VALUES (1)' && pg_sql 'SELECT pg_switch_wal()' >/dev/null
await_row main/archiver warn 'WAL cannot be archived: 0'
reload 'ALTER SYSTEM RESET archive_command'
await_row main/archiver ok 'no failure'

# ---- a transaction that its manager forgot
configure 'warn = prepared 1ms'
pg_sql "BEGIN; LOCK TABLE t; PREPARE TRANSACTION 'forgotten'"
await_row main/prepared warn "'forgotten' of admin"
spawn psql -X -h "$PG_DIR" -p "$PG_PORT" -U admin -d shop -c 'DELETE FROM t'
configure 'warn = locks 1ms'
await_row main/locks warn 'a prepared transaction holds it'
pg_sql "ROLLBACK PREPARED 'forgotten'"
await_row main/prepared ok 'no prepared transaction'
await_row main/locks ok 'no session waits'

# ---- commits that wait for a standby that is not there
configure
reload "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
await_row main/standbys fail "commits hang: synchronous_standby_names is 'nobody'"
reload 'ALTER SYSTEM RESET synchronous_standby_names'
await_row main/standbys ok 'in step'

# ---- several hosts in one URL
section main "$COPY,$PRIMARY" read-write >"$IR_CONF"
await_row main ok " from $PRIMARY"
row main/read-only ok 'takes writes'
row "main/$COPY" ok 'PostgreSQL 15[0-9.]* standby, '
row "main/$COPY/lag" ok 'in step'
section main "$PRIMARY,$COPY" prefer-standby >"$IR_CONF"
await_row main ok " from $COPY"
section main "$COPY" read-write >"$IR_CONF"
await_row main/read-only fail 'only a standby is reached'

# ---- the standby is gone, or lets nobody in
configure
stop "$STANDBY"
await_row main/standbys fail 'no standby is connected; 1 have to be'
row copy fail 'refused'
section main "$COPY,$PRIMARY" read-write >"$IR_CONF"
ok 'an application still gets the primary' told main ok " from $PRIMARY"
row "main/$COPY" fail 'refused'
configure
echo 'hot_standby = off' >>"$STANDBY_DIR/data/postgresql.conf"
pg_standby_start
await_row copy fail 'is up, but takes no connections yet or any more: '
stop "$STANDBY"
echo 'hot_standby = on' >>"$STANDBY_DIR/data/postgresql.conf"
pg_standby_start
await_row copy/lag ok 'in step'
row main/standbys ok 'in step'

# ---- the primary goes: first it waits for a session to end
spawn bash -c 'sleep 600 | psql -Xq -h "$1" -p "$2" -U admin -d shop' - "$PG_DIR" "$PG_PORT"
stays() {
	[ "$(pg_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'psql' AND pid <> pg_backend_pid()")" = 1 ]
}
await 5 stays
kill -TERM "$PG"
await_row main fail 'the database system is shutting down'
kill -INT "$PG"
await_row main fail 'refused'
await_row copy/lag fail 'not connected to its primary'
section main "$PRIMARY,$COPY" read-write >"$IR_CONF"
await_row main fail 'none of 2 hosts is what the application asks for, target_session_attrs=read-write; 1 answers'
done_testing
