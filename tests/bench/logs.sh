# shellcheck shell=bash
# logs.sh - the tables of ir-logs: megabytes a second of CPU and of time beside the tools that people read logs with; a part of run.sh
#
# The lines are made by loglines, and in the page cache. Each tool reads them LOGS_ROUNDS times (3), in turn; the best counts. LOGS_MB: how much (1000); the slow ones get a tenth or less.

LOGS_ROUNDS=${LOGS_ROUNDS:-3} LOGS_MB=${LOGS_MB:-1000}
LOGLINES=$TOP/tests/bench/loglines

# lines_of NAME MB SYSTEM…: a file of these systems' lines; all when there is none.
lines_of() {
	local name=$1 mb=$2 files=()
	shift 2
	for system in "${@:-}"; do
		if [ -n "$system" ]; then files+=("$LOGLINES/$system"); else mapfile -t files < <(find "$LOGLINES" -type f ! -name common | sort); fi
	done
	say "$name: $mb MB"
	"$BENCH/loglines" "${mb}000000" "${files[@]}" >"$T/$name.log" || return
	cat "$T/$name.log" >/dev/null
}

# read_by ROW MB COMMAND…: one more measurement; a command that is not there has no row.
read_by() {
	local row=$1
	echo "$2" >"$T/$row.mb"
	shift 2
	command -v "$1" >/dev/null || return 0
	cost "$row" "$@"
	[ $? -le 2 ] || say "$row: $(tail -n 1 "$T/said.err")"
}

least() {
	sort -g -k "$2,$2" "$T/$1.cost" | awk -v c="$2" 'NR == 1 { print $c }'
}

# speed_line LABEL ROW REFERENCE: megabytes a second, and what a byte costs as a multiple of the reference's.
speed_line() {
	[ -s "$T/$2.cost" ] || return 0
	[ -s "$T/$3.cost" ] || set -- "$1" "$2" "$2"
	label=$1 awk -v mb="$(cat "$T/$2.mb")" -v rmb="$(cat "$T/$3.mb")" -v w="$(least "$2" 1)" -v c="$(least "$2" 2)" -v m="$(least "$2" 3)" \
		-v rw="$(least "$3" 1)" -v rc="$(least "$3" 2)" 'BEGIN {
		printf "| %s | %d | %d | %d | %.1f | %.2f | %.2f |\n", ENVIRON["label"], mb, mb / c * 1000, mb / w * 1000, m / 1024, (c / mb) / (rc / rmb), (w / mb) / (rw / rmb) }'
}

speed_head() {
	echo
	echo "**$1**"
	echo
	echo '| command | MB | MB/s of CPU | MB/s | peak MiB | CPU × | wall × |'
	echo '|---|--:|--:|--:|--:|--:|--:|'
}

# What people count patterns with: digits become 0, equal lines are counted.
normalising() {
	cat >"$T/awk" <<-'END'
		{ gsub(/[0-9]+/, "0"); n[$0]++ }
		END { for (line in n) print n[line], line }
	END
	echo "LC_ALL=C sed -E 's/[0-9]+/0/g' \"\$1\" | LC_ALL=C sort | uniq -c | sort -rn" >"$T/pipeline"
}

mixed_logs() {
	local mb=$LOGS_MB few=$((LOGS_MB / 10)) round
	lines_of mix "$mb" && head -c "${few}000000" "$T/mix.log" >"$T/few.log" && normalising || return
	for ((round = 1; round <= LOGS_ROUNDS; round++)); do
		read_by mix-ir "$mb" ir-logs -o json "$T/mix.log"
		input=$T/mix.log read_by mix-pipe "$mb" sh -c 'cat | ir-logs -o json -'
		read_by mix-wc "$mb" wc -l "$T/mix.log"
		read_by mix-words "$mb" rg -ci 'error|fail|exception' "$T/mix.log"
		read_by mix-word "$mb" rg -c ' ERROR ' "$T/mix.log"
		read_by mix-mawk "$few" env LC_ALL=C mawk -f "$T/awk" "$T/few.log"
		read_by mix-gawk "$few" env LC_ALL=C gawk -f "$T/awk" "$T/few.log"
		read_by mix-sort "$few" sh "$T/pipeline" "$T/few.log"
	done
	speed_head 'Log lines of fifteen systems, interleaved'
	speed_line '`ir-logs FILE`' mix-ir mix-ir
	speed_line '`cat FILE \| ir-logs -`' mix-pipe mix-ir
	speed_line '`wc -l`' mix-wc mix-ir
	speed_line "\`rg -ci 'error\\|fail\\|exception'\`" mix-words mix-ir
	speed_line "\`rg -c ' ERROR '\`" mix-word mix-ir
	speed_line '`mawk`: digits to 0, equal lines counted' mix-mawk mix-ir
	speed_line '`gawk`, the same' mix-gawk mix-ir
	speed_line '`sed \| sort \| uniq -c \| sort -rn`' mix-sort mix-ir
	rm -f "$T/mix.log" "$T/few.log"
}

# one_kind NAME MB TITLE SYSTEM…
one_kind() {
	local name=$1 mb=$2 title=$3 round
	shift 3
	lines_of "$name" "$mb" "$@" || return
	for ((round = 1; round <= LOGS_ROUNDS; round++)); do
		read_by "$name-ir" "$mb" ir-logs -o json "$T/$name.log"
		read_by "$name-wc" "$mb" wc -l "$T/$name.log"
		read_by "$name-words" "$mb" rg -ci 'error|fail|exception' "$T/$name.log"
	done
	speed_head "$title"
	speed_line '`ir-logs FILE`' "$name-ir" "$name-ir"
	speed_line '`wc -l`' "$name-wc" "$name-ir"
	speed_line "\`rg -ci 'error\\|fail\\|exception'\`" "$name-words" "$name-ir"
	rm -f "$T/$name.log"
}

lnav_logs() {
	local mb=$((LOGS_MB / 20)) round
	lines_of syslog "$mb" syslog || return
	for ((round = 1; round <= LOGS_ROUNDS; round++)); do
		read_by lnav-ir "$mb" ir-logs -o json "$T/syslog.log"
		read_by lnav "$mb" lnav -n -c ';SELECT log_msg_format, count(*) FROM all_logs GROUP BY 1 ORDER BY 2 DESC' "$T/syslog.log"
		[ ! -s "$T/lnav.cost" ] || grep -q '^Removed session #  *[0-9]' "$T/said" || say "lnav: $(tail -n 3 "$T/said" "$T/said.err")"
	done
	speed_head "One host's syslog"
	speed_line '`ir-logs FILE`' lnav-ir lnav-ir
	speed_line '`lnav -n`, messages grouped by their format' lnav lnav-ir
	rm -f "$T/syslog.log"
}

logs_table() {
	: >"$T/ir.conf"
	[ -x "$BIN/ir-logs" ] || say 'ir-logs is not built: its rows are missing, and with them what the others are compared with'
	mixed_logs
	one_kind one "$((LOGS_MB / 2))" 'Log lines of one system' hadoop
	one_kind json "$((LOGS_MB * 3 / 10))" 'JSON lines of three loggers' zap pino docker
	lnav_logs
}
