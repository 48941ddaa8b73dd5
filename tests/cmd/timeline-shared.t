#!/usr/bin/env bash
# ir-timeline of a team's journal in PostgreSQL: what others did, as it happens; its chain; a server that is away
. "${0%/*}/../lib.sh"
need postgresql psql

pg_up || done_testing
printf '[env]\nname = prod\n[check "web"]\nservice = web\ncommand = exit 1\n[journal]\nurl = postgresql:///shop?host=%s&port=%s&user=admin\n' "$PG_DIR" "$PG_PORT" >"$IR_CONF"
export DOCKER_HOST=unix://$T/no-engine.sock

# as NAME COMMAND…: somebody with a journal of their own
as() {
	mkdir -p "$T/$1"
	HOME=$T/$1 IR_JOURNAL=$T/$1/journal IR_WHO=$1 "${@:2}"
}
check 'one looks' -s 1 -o save:row -- as ana ir-health web
check 'another sees it in the timeline' -o file:row -e has:'the last hour' -- as bob ir-timeline
check 'so does the one, once' -o file:row -e ignore -- as ana ir-timeline
check 'as JSON, with its end' -o lines:2 -o has:'"kind":"end"' -e ignore -- as bob ir-timeline -j

check 'it cannot look' -s 3 -o ignore -e ignore -- as ana ir-incident note x
check 'an error is counted once, though it is here and there' -o has:'no incident is open' -o lacks:'times:' -e ignore -- as ana ir-timeline

HOME=$T/bob IR_JOURNAL=$T/bob/journal "$BIN/ir-timeline" -f >live 2>live.err &
follower=$! && ir_pids+=($!)
await 5 grep -q chk- live
sed -i 's/exit 1/true/' "$IR_CONF"
check 'it is well again' -o ignore -- as ana ir-health web
await 8 grep -q 'was fail' live && pass 'who follows sees it' || flunk 'who follows sees it' "$(cat live live.err)"
kill -TERM $follower
wait $follower
is 'until told to stop' $? 130

check 'both chains hold' -o lines:2 -o like:'journal:shared.*9 records, 1 to 9, of 1 journal' -o like:'ok.*9 records' -- as ana ir-timeline --verify
shared_head=$(grep shared <<<"$OUT" | grep -o '[0-9a-f]*$')
check 'a head of the shared one is found, too' -o like:"ok.*${shared_head:0:12} is the hash of line 9" -o ignore -- as ana ir-timeline --verify --head "${shared_head:0:12}"
pg_sql "UPDATE ir.journal SET record = replace(record, 'web', 'wob') WHERE seq = 2" >/dev/null
check 'a row that was changed' -s 1 -o like:'fail.*journal:shared.*record 2' -o ignore -- as ana ir-timeline --verify
id=$(cut -f1 row)
check 'what goes here is still there, which is said' -o ignore -e has:"SELECT ir.redact(seq) FROM ir.journal WHERE id = '$id'" -- as ana ir-timeline --redact "$id" -m 'too much'


# A server that never answers, and one that lies.
"$TOOLS/peer" silent --listen 127.0.0.1:0 >"$T/peer" 2>&1 &
ir_pids+=($!)
await 5 grep -q 'port ' "$T/peer"
sed "s,^url.*,url = postgresql://127.0.0.1:$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$T/peer")/x," "$IR_CONF" >"$T/mute.conf"
check 'a mute server: what is here, soon' -s 2 -o has:redacted -e has:'what others did may be missing' -- as ana env IR_CONF="$T/mute.conf" timeout 4 ir-timeline -S 5m
row='1::bigint, $$p$$, $$o$$, $$j$$, $$h$$, $$w$$, 1::bigint, $$p$$, $$o$$, $$$$, $$s$$, $$note$$, $$$$'
lie() { # ROWS
	pg_sql "CREATE OR REPLACE FUNCTION ir.since(p_after bigint, p_max integer) RETURNS TABLE (seq bigint, prev text, own text, journal text, host text, who text, host_seq bigint,
		host_prev text, host_own text, key text, sha256 text, kind text, id text, record text) LANGUAGE sql AS \$f\$ $1 \$f\$" >/dev/null
}
lie "SELECT $row, repeat('x', 1000000) FROM generate_series(1, 300)"
check 'one that gives too much' -s 2 -o has:redacted -e 'like:may be missing: .*larger than' -- as ana timeout 9 ir-timeline -S 5m
lie "SELECT $row, E'{\n}' UNION ALL SELECT $row, '[1]' UNION ALL SELECT $row, NULL UNION ALL SELECT $row, '{\"kind\":\"note\"'"
check 'one whose records are none' -o has:redacted -e ignore -- as ana timeout 9 ir-timeline -S 5m
lie "SELECT p_after + g, $(cut -d, -f2- <<<"$row"), '{}' FROM generate_series(1, 100000) g"
check 'one that gives more rows than it was asked for' -s 2 -o has:redacted -e 'like:may be missing: .*larger than' -- as ana timeout 9 ir-timeline -S 5m

sed -i 's/port=[0-9]*/port=1/' "$IR_CONF"
check 'a server that is away: what is here, 2, and why' -s 2 -o has:redacted -e has:'what others did may be missing' -- as ana ir-timeline -S 5m
done_testing
