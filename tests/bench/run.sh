#!/usr/bin/env bash
# run.sh - what the commands cost beside the tools that people use today; prints the tables of the README
#
# All rows of a table are measured in turn, round by round, in this one run, so that a busy machine is busy for all of them: read the ratios.
# Every answer is counted: a row whose tool did not report all targets says so. ROUNDS=: how many (5).
export IR_LIMITED=1 TMPDIR=${TMPDIR:-/tmp}
. "${0%/*}/../lib.sh"
ir_planned=1
BENCH=${BIN%/bin}/bench
ROUNDS=${ROUNDS:-5}
PORT=$(free_port)
CHECK_HTTP=/usr/lib/nagios/plugins/check_http
unset TMPDIR IR_JOURNAL
ulimit -n "$(ulimit -Hn)"

say() {
	printf '%s\n' "$*" >&2
}

# cost ROW COMMAND…: one more measurement of a row; it reads $input, and what it says is in $T/said.
cost() {
	local row=$1
	shift
	"$TOOLS/cost" "$T/$row.cost" "$@" >"$T/said" 2>"$T/said.err" <"${input:-/dev/null}"
}

# middle ROW COLUMN: the median.
middle() {
	sort -g -k "$2,$2" "$T/$1.cost" | awk -v c="$2" '{ v[NR] = $c } END { print NR ? v[int((NR + 1) / 2)] : "-" }'
}

# ratio A B: B as a multiple of A.
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0) printf (b / a < 10 ? "%.2f" : "%.0f"), b / a; else print "-" }'
}

# line LABEL ROW REFERENCE: a line of a table: wall, CPU, memory, and the first two as multiples of the reference row's.
line() {
	[ -s "$T/$2.cost" ] || return 0
	awk -v label="$1" -v w="$(middle "$2" 1)" -v c="$(middle "$2" 2)" -v m="$(middle "$2" 3)" -v rw="$(ratio "$(middle "$3" 1)" "$(middle "$2" 1)")" \
		-v rc="$(ratio "$(middle "$3" 2)" "$(middle "$2" 2)")" -v note="$(cat "$T/$2.note" 2>/dev/null)" 'BEGIN {
		printf "| %s | %.1f | %.1f | %.1f | %s | %s |%s\n", label, w, c, m / 1024, rw, rc, note }'
}

head_line() {
	echo
	echo "**$1**"
	echo
	echo '| command | wall ms | CPU ms | peak MiB | wall × | CPU × |'"${2:+ $2 |}"
	echo '|---|--:|--:|--:|--:|--:|'"${2:+--:|}"
}

# counted ROW TOLD WANT: a row's note: how many targets it told of.
counted() {
	echo " $2 |" >"$T/$1.note"
	[ "$2" = "$3" ] || say "$1 told of $2, not of $3"
}

address() {
	echo "127.64.$(($1 / 250)).$(($1 % 250 + 1))"
}

# endpoints N HANGING: N addresses, every (N / HANGING)th of them accepts and never answers: ir.conf, and the lists that the others take.
endpoints() {
	local i every=$(($2 ? $1 / $2 : $1 + 1))
	rm -f "$T"/{ir.conf,urls,addresses,curlrc,listen.live,listen.dead}
	for ((i = 1; i <= $1; i++)); do
		address=$(address "$i")
		echo "http://$address:$PORT/" >>"$T/urls"
		echo "$address" >>"$T/addresses"
		printf 'url = "http://%s:%s/"\noutput = /dev/null\n' "$address" "$PORT" >>"$T/curlrc"
		printf '[check "c%d"]\nurl = http://%s:%s/\n' "$i" "$address" "$PORT" >>"$T/ir.conf"
		if ((i % every)); then echo "listen $address:$PORT;" >>"$T/listen.live"; else echo "listen $address:$PORT;" >>"$T/listen.dead"; fi
	done
	nginx_up live 1 <<<"server { $(cat "$T/listen.live") location / { return 200 ok; } }"
	LIVE=$NGINX
	[ -e "$T/listen.dead" ] || return 0
	nginx_up dead <<<"server { $(cat "$T/listen.dead") }"
	DEAD=$NGINX
	kill -STOP "$DEAD"
}

endpoints_gone() {
	stop "$LIVE"
	[ ! -e "$T/listen.dead" ] || stop "$DEAD"
}

# http_table PREFIX N HANGING: all tools against the same endpoints.
http_table() {
	local p=$1 n=$2 hanging=$3 round
	say "$n endpoints, $hanging hanging"
	endpoints "$n" "$hanging"
	for ((round = 1; round <= ROUNDS; round++)); do
		say "round $round"
		cost "$p-ir" ir-health -t 2s -T 2s -o tsv --no-header
		counted "$p-ir" "$(cut -f3 "$T/said" | sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }')" \
			"$((n - hanging)) ok$([ "$hanging" = 0 ] || echo ", $hanging unknown")"
		input=$T/urls cost "$p-multi" "$BENCH/multi" 2
		counted "$p-multi" "$(grep -c ^200 "$T/said") ok" "$((n - hanging)) ok"
		cost "$p-curl" curl -s -m 2 --parallel --parallel-immediate --parallel-max 300 -w '%{http_code}\n' -K "$T/curlrc"
		counted "$p-curl" "$(grep -c 200 "$T/said") ok, $(grep -c 000 "$T/said") failed" "$((n - hanging)) ok, $hanging failed"
		[ -x "$CHECK_HTTP" ] && [ "$round" -le 2 ] || continue
		cost "$p-xargs" xargs -a "$T/addresses" -P 50 -I{} "$CHECK_HTTP" -I {} -p "$PORT" -t 2
		counted "$p-xargs" "$(grep -c '^HTTP OK' "$T/said") ok, $(grep -vc '^HTTP OK' "$T/said") failed" "$((n - hanging)) ok, $hanging failed"
	done
	endpoints_gone
	head_line "$n HTTP checks$([ "$hanging" = 0 ] || echo ", $hanging of them accept and never answer, 2 s")" told
	line '`ir-health`' "$p-ir" "$p-ir"
	line 'bare curl_multi program' "$p-multi" "$p-ir"
	line '`curl --parallel --parallel-max 300`' "$p-curl" "$p-ir"
	line '`xargs -P50 check_http`' "$p-xargs" "$p-ir"
}

one_table() {
	local round url
	say 'one endpoint'
	: >"$T/ir.conf"
	endpoints 1 0
	: >"$T/ir.conf"
	url=http://$(address 1):$PORT/
	for ((round = 1; round <= ROUNDS * 5; round++)); do
		cost one-ir ir-health "$url"
		cost one-curl curl -s -o /dev/null "$url"
		[ -x "$CHECK_HTTP" ] && cost one-check "$CHECK_HTTP" -I "$(address 1)" -p "$PORT"
	done
	endpoints_gone
	head_line 'One HTTP check'
	line '`ir-health URL`' one-ir one-ir
	line '`curl URL`' one-curl one-ir
	line '`check_http`' one-check one-ir
}

containers_table() {
	local round i
	can compose || { echo && echo 'Containers: no docker engine here.' && return; }
	say 'containers'
	: >"$T/ir.conf"
	docker_up private
	compose_up bench < <(
		printf 'version: "2.4"\nservices:\n'
		for i in 1 2 3 4 5; do printf '  s%d: {image: box, command: hold, network_mode: none, healthcheck: {test: [CMD, /box, say, fine, "0"], interval: 60s}}\n' "$i"; done
		printf '  job: {image: box, command: exit 1, network_mode: none}\n'
	)
	for ((round = 1; round <= ROUNDS * 3; round++)); do
		cost docker-ir ir-health
		cost docker-ps docker ps -a
		[ "$round" -gt "$ROUNDS" ] || cost docker-compose docker-compose ps
	done
	head_line 'A compose project of six containers'
	line '`ir-health`' docker-ir docker-ir
	line '`docker ps -a`' docker-ps docker-ir
	line '`docker-compose ps`' docker-compose docker-ir
}

start_table() {
	local round
	say 'starting a filter'
	: >"$T/ir.conf"
	cd "$T/work" || return
	ir-health -j "http://127.0.0.1:1/" >"$T/record" 2>/dev/null
	for ((round = 1; round <= ROUNDS * 20; round++)); do
		"$TOOLS/cost" "$T/start-empty.cost" "$TOOLS/empty" <"$T/record"
		"$TOOLS/cost" "$T/start-show.cost" ir-show -j - <"$T/record" >/dev/null 2>&1
		"$TOOLS/cost" "$T/start-version.cost" ir-show --version >/dev/null
	done
	head_line 'Starting'
	line 'empty program' start-empty start-empty
	line '`ir-show --version`' start-version start-empty
	line '`ir-show -j -` with one record' start-show start-empty
}

echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%F); medians of $ROUNDS rounds and more; × is the multiple of the first row"
http_table hang 1000 100
http_table well 1000 0
one_table
containers_table
start_table
