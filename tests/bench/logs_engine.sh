# shellcheck shell=bash
# logs_engine.sh - the table of ir-logs over an engine that holds the lines: ClickHouse counts them, beside the same lines in files; a part of run.sh
#
# ENGINE_LINES: how many (10,000,000), of four services. Nothing else of the machine is used: the server's CPU time is told too.

ENGINE_LINES=${ENGINE_LINES:-10000000}

# The lines of one service: a file, and the table.
engine_service() {
	local service=$1 lines=$((ENGINE_LINES / 4))
	"$BENCH/loglines" $((lines * 600)) "$LOGLINES/$2" | head -n "$lines" >"$T/engine/$service.log"
	[ "$(wc -l <"$T/engine/$service.log")" = "$lines" ] || { say "$service: too few lines" && return 1; }
	sed 's/\\/\\\\/g; s/\t/\\t/g' "$T/engine/$service.log" | awk -v service="$service" -v step=$((7200 * 1000000 / lines)) '{ printf "%d\t%s\t%s\n", 1700000000 + int(NR * step / 1000000), service, $0 }' |
		curl -sS -f -X POST -H 'Expect:' -T - "http://127.0.0.1:$CLICKHOUSE_PORT/?query=INSERT+INTO+app+FORMAT+TabSeparated" || return
	printf '%s\n' "[logs \"$service\"]" 'type = file' "path = $T/engine/$service.log" "service = $service" >>"$T/files.conf"
}

server_ms() {
	awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/$CLICKHOUSE/stat"
}

# What is compared: service, events and template of each pattern.
patterns() {
	IR_CONF=$1 ir-logs -o json --since 2000-01-01 2>/dev/null | jq -r 'select(.kind == "pattern") | [.service, .events, .template] | @tsv' | sort
}

logs_engine_table() {
	local round before bytes
	[ -x "$BIN/ir-logs" ] || { say 'no ir-logs' && return; }
	can clickhouse && can jq || { echo && echo 'Lines that an engine holds: no ClickHouse or no jq here.' && return; }
	mkdir -p "$T/engine" && : >"$T/files.conf" && clickhouse_up || return
	clickhouse_sql 'CREATE TABLE app (ts DateTime, service String, message String) ENGINE = MergeTree PARTITION BY toYYYYMMDD(ts) ORDER BY (service, ts)'
	say "$ENGINE_LINES lines"
	engine_service web nginx && engine_service api zap && engine_service db redis && engine_service host syslog || return
	printf '%s\n' '[logs "engine"]' 'type = clickhouse' "url = http://127.0.0.1:$CLICKHOUSE_PORT" 'table = app' >"$T/engine.conf"
	: >"$T/engine.server"
	for ((round = 1; round <= ${ENGINE_ROUNDS:-3}; round++)); do
		before=$(server_ms)
		IR_CONF=$T/engine.conf cost engine-ir ir-logs -o json --since 2000-01-01
		echo $(($(server_ms) - before)) >>"$T/engine.server"
		IR_CONF=$T/files.conf cost engine-files ir-logs -o json --since 2000-01-01
	done
	bytes=$(IR_CONF=$T/engine.conf "$TOOLS/logs_collect" count | sed -n 's/^B.//p')
	echo " $bytes |" >"$T/engine-ir.note"
	echo " $(du -bc "$T"/engine/*.log | awk 'END { print $1 }') |" >"$T/engine-files.note"
	head_line "$ENGINE_LINES lines of four services" 'bytes read'
	line '`ir-logs`, counted by ClickHouse'" (its own CPU time: $(sort -n "$T/engine.server" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }') ms)" engine-ir engine-ir
	line '`ir-logs`, the same lines in files' engine-files engine-ir
	patterns "$T/engine.conf" >"$T/engine.patterns"
	patterns "$T/files.conf" >"$T/files.patterns"
	echo
	echo "$(comm -12 "$T/engine.patterns" "$T/files.patterns" | wc -l) patterns with their counts are the same, of $(wc -l <"$T/engine.patterns") and $(wc -l <"$T/files.patterns")."
	stop "$CLICKHOUSE"
	rm -rf "$T/engine"
}
