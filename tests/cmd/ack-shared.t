#!/usr/bin/env bash
# ir-ack with a journal that is shared: the team knows what is about to be done before it is, and a server that is away, stopped or mute costs a second at most
. "${0%/*}/../lib.sh"
need postgresql psql jq

pg_up || done_testing
export DOCKER_HOST=unix://$T/no-engine.sock IR_ENV=shop IR_WHO=ana IR_JOURNAL=$T/journal
base=postgresql:///shop?host=$PG_DIR
# use URL: it is the shared journal from now on
use() {
	cat >"$IR_CONF" <<-END
		[pager "home"]
		command = cat $T/alerts
		ack-command = $T/ack
		[journal]
		url = $1
	END
}
rows() {
	pg_sql "SELECT ${1:-count(*)} FROM ir.journal"
}
for i in 1 2 3 4 5 6; do
	printf '{"id":"a%s","time":"2026-02-01T02:00:00Z","name":"Alert%s","severity":"critical"}\n' $i $i
done >"$T/alerts"
# the pager's program: what the team can see by then
cat >"$T/ack" <<END
#!/bin/sh
[ ! -e $T/look ] || psql -XqAt -h "$PG_DIR" -p "$PG_PORT" -U admin -d shop -c "SELECT count(*) FROM ir.journal WHERE kind = 'action' AND record LIKE '%\"status\":\"planned\"%'" >>$T/seen 2>>$T/seen.err
while read -r id; do sed -i "/\"id\":\"\$id\"/s/\"name\"/\"acked_by\":\"ana\",\"name\"/" $T/alerts; done
END
chmod 755 "$T/ack"
use "$base&port=$PG_PORT&user=admin"
ir-alerts -o id >"$T/ids"
mapfile -t ids <"$T/ids"

touch "$T/look"
check 'with the server up' -o like:'^act-.*	done	.*acked' -- ir-ack "${ids[0]}"
rm "$T/look"
is 'what it was about to do was shared before it was done' "$(cat "$T/seen")" 1
is 'and how it went, after' "$(rows "string_agg(kind || ' ' || (record::json->>'status'), ', ' ORDER BY seq) FILTER (WHERE kind IN ('plan', 'action'))")" \
	'plan planned, action planned, action done, plan done'
is 'a dry run tells the team too' "$(ir-ack -n "${ids[1]}" >"$T/dry" && rows "count(*) FILTER (WHERE kind = 'plan')")" 3

# mute: the connection is taken, and nothing is ever said
"$TOOLS/peer" silent --listen 127.0.0.1:0 >"$T/peer" 2>&1 &
ir_pids+=($!)
await 5 grep -q 'port ' "$T/peer"
mute=postgresql://127.0.0.1:$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$T/peer")/x
use "$mute"
check 'a mute server: acked all the same, with one warning, after a second' -o like:'	done	.*acked' -e lines:1 -e 'like:warning: the shared journal cannot be written, [0-9]+ records wait here' \
	-- timeout 2.2 ir-ack "${ids[1]}"
check 'the next one does not wait for it again' -o like:'	done	.*acked' -e lines:1 -- timeout 0.9 ir-ack "${ids[2]}"

# stopped: the one that was there a moment ago
rm -f "$T/journal/shared"
use "$base&port=$PG_PORT&user=admin"
mapfile -t kids < <(pgrep -P "$PG")
kill -STOP "$PG" "${kids[@]}"
check 'a stopped server' -o like:'	done	.*acked' -e lines:1 -e 'like:wait here: .*no answer' -- timeout 2.2 ir-ack "${ids[3]}"
kill -CONT "$PG" "${kids[@]}"

# away
stop "$PG"
rm -f "$T/journal/shared"
check 'without a server' -o like:'	done	.*acked' -e lines:1 -e 'has:wait here' -- timeout 0.9 ir-ack "${ids[4]}"
check 'nor is it in the way of one that is refused' -s 3 -o ignore -e ignore -- timeout 0.9 ir-ack --undo "${ids[4]}"

pg_start
rm -f "$T/journal/shared"
check 'with the server back' -o like:'	done	.*acked' -- ir-ack "${ids[5]}"
is 'all that was done is there' "$(rows "count(*) FILTER (WHERE kind = 'action' AND record LIKE '%\"status\":\"done\"%')")" 6
is 'nothing is lost' "$(rows)" "$(cat "$T"/journal/*.jsonl | wc -l)"
is 'nothing is twice' "$(rows 'count(*) - count(DISTINCT (journal, host_seq))')" 0
done_testing
