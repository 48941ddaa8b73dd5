#!/usr/bin/env bash
# ir-deps on PgBouncer, and a PostgreSQL through it: clients that wait for the pool are found, and gone again after healing
. "${0%/*}/../lib.sh"
need postgresql pgbouncer jq
pg_up
pg_sql "CREATE ROLE app LOGIN PASSWORD '$PG_PASSWORD'; GRANT pg_monitor TO app"
pgbouncer_up 'default_pool_size = 1' 'max_client_conn = 10' 'admin_users = admin'
printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
export PGPASSWORD=$PG_PASSWORD

# configure USER DATABASE [LINE…]
ASK=(ir-deps -t 500ms -j --all)

configure() {
	printf '%s\n' '[database "main"]' "url = postgresql://$1@127.0.0.1:$BOUNCER_PORT/$2?pgbouncer=true" "password-file = $T/pw" 'warn = restarted off' "${@:3}" >"$IR_CONF"
}

# client USER SQL: runs the SQL through PgBouncer and stays; its id is in $SPAWNED
client() {
	spawn bash -c 'exec 3> >(exec psql -Xq -h 127.0.0.1 -p "$1" -U "$2" -d shop); echo "$3" >&3; sleep 600' - "$BOUNCER_PORT" "$1" "$2"
}

# ---- all is well
configure admin shop
await_row main ok 'primary through PgBouncer, '
row main/pool ok 'no client waits; '
row main/rights ok 'nothing is hidden from admin'
like 'nothing is wrong' "$(jq -r 'select(.kind == "check" and .status != "ok") | .name' <"$T/out")" '^$'

# ---- one holds the pool's only connection, another one waits: so do we
configure admin shop 'warn = pool 1ms' 'fail = pool off'
client admin 'BEGIN;'
HOLDER=$SPAWNED
held() {
	[ "$(pg_sql "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")" = 1 ]
}
await 5 held
client admin 'SELECT 1;'
WAITER=$SPAWNED
await_row main/pool warn "of PgBouncer's pool 'shop', the longest for "
row main fail 'PgBouncer answers, but its pool has no server connection free for us'
like 'numbers' "$(jq -c 'select(.name == "main/pool") | .facts' <"$T/out")" 'pool_size'
check 'the deadline is kept' -s 1 -o ignore -e ignore -- timeout 1 ir-deps -t 300ms
# another user has a pool of his own, but may not see the others
configure app shop
await_row main ok 'through a pooler'
row main/rights warn "hidden from app: PgBouncer's pools"
like 'and what would show it' "$(jq -c 'select(.name == "main/rights") | .hint' <"$T/out")" 'stats_users'
pg_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'" >/dev/null
configure admin shop
await_row main/pool ok 'no client waits'
row main ok 'through PgBouncer'
stop "$HOLDER"
stop "$WAITER"

# ---- it is paused
bouncer() {
	psql -XAtq -h 127.0.0.1 -p "$BOUNCER_PORT" -U admin -d pgbouncer -c "$1"
}
bouncer 'PAUSE shop'
await_row main fail 'PgBouncer answers, but it is paused'
row main/pool fail "PgBouncer's pool 'shop' is paused, and 1 client waits"
bouncer 'RESUME shop'
await_row main ok 'through PgBouncer'
await_row main/pool ok 'no client waits'

# ---- no more clients; two of them are we
# Besides the one that asks.
clients() {
	[ "$(bouncer 'SHOW CLIENTS' | wc -l)" = $(($1 + 1)) ]
}
await 5 clients 0
FULL=()
for i in 1 2 3 4 5 6; do client app 'SELECT 1;' && FULL+=("$SPAWNED"); done
await 5 clients 6
await_row main/pool-clients warn '8 of 10 client connections to PgBouncer used'
# Some are refused themselves, while we are asking.
full() {
	told main fail 'refuses connections: ' && return
	client app 'SELECT 1;' && FULL+=("$SPAWNED") && false
}
if await 10 full; then pass 'no place is left for us'; else flunk 'no place is left for us' "$(cat "$T/out")"; fi
for pid in "${FULL[@]}"; do stop "$pid"; done
await_row main ok 'through PgBouncer'

# ---- what is not there, or not ours
configure admin nosuch
await_row main unknown 'answers, but has no such database'
configure nobody shop
await_row main unknown 'does not take our credentials'

# ---- PgBouncer takes connections, PostgreSQL behind it is down
configure admin shop
kill -INT "$PG"
await_row main fail 'PgBouncer answers, but has no connection to the server'
unlike 'the password is nowhere' "$(cat "$T/out" "$T/err" "$IR_JOURNAL"/*.jsonl)" "$PG_PASSWORD"
stop "$BOUNCER"
await_row main fail 'refused'
done_testing
