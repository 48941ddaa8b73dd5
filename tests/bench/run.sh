#!/usr/bin/env bash
# run.sh - what the commands cost beside the tools that people use today; prints the tables of the README
#
# All rows of a table are measured in turn, round by round, in this one run, so that a busy machine is busy for all of them: read the ratios.
# Every answer is counted: a row whose tool did not report all targets says so. ROUNDS=: how many (5). TABLES=: only these (http one dependencies deploys pagers containers start logs logs-engine).
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

# endpoints_table PREFIX N HANGING: all tools against the same endpoints.
endpoints_table() {
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

http_table() {
	endpoints_table hang 1000 100
	endpoints_table well 1000 0
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

# ---- dependencies

PSQL=$(ir_pg_bin)/psql CHECK_PGSQL=/usr/lib/nagios/plugins/check_pgsql

# The servers, once for all tables: ten databases, ten numbers of a Redis. Passwords are in the environment, where all clients look for them.
dependencies_up() {
	local i
	say 'dependencies'
	pg_up 'max_connections = 200'
	redis_up
	export PGPASSWORD=$PG_PASSWORD
	for i in 0 1 2 3 4 5 6 7 8 9; do
		pg_sql "CREATE DATABASE d$i"
		printf '[database "d%d"]\nurl = postgresql://admin@127.0.0.1:%d/d%d\n[cache "c%d"]\nurl = redis://127.0.0.1:%d/%d\n' "$i" "$PG_PORT" "$i" "$i" "$REDIS_PORT" "$i"
		echo "host=127.0.0.1 port=$PG_PORT user=admin dbname=d$i" >>"$T/databases"
		echo "$i" >>"$T/caches"
	done >"$T/twenty.conf"
	cat >"$T/one-by-one" <<-END
		while read -r d; do $PSQL -XqAt -d "\$d" -c 'select 1'; done <$T/databases
		while read -r n; do redis-cli -p $REDIS_PORT -n \$n ping; done <$T/caches
	END
	cat >"$T/at-once" <<-END
		xargs -P10 -a $T/databases -d '\n' -I{} $PSQL -XqAt -d {} -c 'select 1' &
		xargs -P10 -a $T/caches -I{} redis-cli -p $REDIS_PORT -n {} ping
		wait
	END
}

one_database_table() {
	local round
	: >"$T/ir.conf"
	for ((round = 1; round <= ROUNDS * 5; round++)); do
		cost db-ir ir-deps "postgresql://admin@127.0.0.1:$PG_PORT/shop"
		cost db-ready "${PSQL%psql}pg_isready" -q -h 127.0.0.1 -p "$PG_PORT"
		cost db-psql "$PSQL" -XqAt -h 127.0.0.1 -p "$PG_PORT" -U admin -d shop -c 'select 1'
		[ ! -x "$CHECK_PGSQL" ] || cost db-check "$CHECK_PGSQL" -H 127.0.0.1 -P "$PG_PORT" -l admin -p "$PG_PASSWORD" -d shop
	done
	head_line 'One PostgreSQL check'
	line '`ir-deps postgresql://…`' db-ir db-ir
	line '`pg_isready` (logs in, asks nothing)' db-ready db-ir
	line "\`psql -c 'select 1'\`" db-psql db-ir
	line '`check_pgsql`' db-check db-ir
}

one_cache_table() {
	local round
	: >"$T/ir.conf"
	for ((round = 1; round <= ROUNDS * 5; round++)); do
		cost cache-ir ir-deps "redis://127.0.0.1:$REDIS_PORT/0"
		cost cache-cli redis-cli -p "$REDIS_PORT" ping
	done
	head_line 'One Redis check'
	line '`ir-deps redis://…`' cache-ir cache-ir
	line '`redis-cli ping`' cache-cli cache-ir
}

twenty_table() {
	local round
	cp "$T/twenty.conf" "$T/ir.conf"
	for ((round = 1; round <= ROUNDS * 2; round++)); do
		cost twenty-ir ir-deps -o tsv --no-header
		counted twenty-ir "$(grep -c '	ok	' "$T/said") ok" '20 ok'
		cost twenty-serial sh "$T/one-by-one"
		counted twenty-serial "$(grep -cE '^(1|PONG)$' "$T/said") ok" '20 ok'
		cost twenty-xargs sh "$T/at-once"
		counted twenty-xargs "$(grep -cE '^(1|PONG)$' "$T/said") ok" '20 ok'
		cost twenty-slowest "$PSQL" -XqAt -h 127.0.0.1 -p "$PG_PORT" -U admin -d d0 -c 'select 1'
		counted twenty-slowest "$(grep -c '^1$' "$T/said") ok" '1 ok'
	done
	head_line 'Twenty dependencies: ten databases, ten caches' told
	line '`ir-deps`' twenty-ir twenty-ir
	line '`psql` and `redis-cli`, one after the other' twenty-serial twenty-ir
	line 'the same under `xargs -P10`' twenty-xargs twenty-ir
	line 'one `psql` alone' twenty-slowest twenty-ir
}

mixed_table() {
	local round
	[ -x "$CHECK_HTTP" ] && [ -x "$CHECK_PGSQL" ] || return 0
	endpoints 80 0
	cat "$T/twenty.conf" >>"$T/ir.conf"
	echo 'ir-health -t 2s -T 5s & ir-deps -t 2s -T 5s; wait' >"$T/mixed-ir"
	cat >"$T/mixed-xargs" <<-END
		xargs -a $T/addresses -P 40 -I{} $CHECK_HTTP -I {} -p $PORT -t 2 &
		xargs -a $T/caches -P 5 -I{} $CHECK_PGSQL -H 127.0.0.1 -P $PG_PORT -l admin -p $PG_PASSWORD -d d{} &
		xargs -a $T/caches -P 5 -I{} redis-cli -p $REDIS_PORT -n {} ping &
		wait
	END
	for ((round = 1; round <= ROUNDS; round++)); do
		cost mixed-ir sh "$T/mixed-ir"
		counted mixed-ir "$(grep -c '	ok	' "$T/said") ok" '100 ok'
		cost mixed-xargs sh "$T/mixed-xargs"
		counted mixed-xargs "$(grep -cE '^HTTP OK| OK - database|^PONG' "$T/said") ok" '100 ok'
	done
	endpoints_gone
	head_line 'One hundred: 80 HTTP, 10 PostgreSQL, 10 Redis' told
	line '`ir-health` and `ir-deps` side by side' mixed-ir mixed-ir
	line '`check_http`, `check_pgsql`, `redis-cli` under `xargs`, 50 at a time' mixed-xargs mixed-ir
}

# A small Django project with a table of jobs.
django_up() {
	mkdir -p "$T/site/jobs/migrations" && cd "$T/site" && touch jobs/__init__.py jobs/migrations/__init__.py || return
	cat >manage.py <<-'END'
		import os, sys
		os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
		from django.core.management import execute_from_command_line
		execute_from_command_line(sys.argv)
	END
	cat >settings.py <<-END
		SECRET_KEY = 'x'
		INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'jobs']
		DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
		DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': '127.0.0.1', 'PORT': $PG_PORT, 'NAME': 'shop', 'USER': 'admin', 'PASSWORD': '$PG_PASSWORD'}}
	END
	cat >jobs/models.py <<-'END'
		from django.db import models
		class JobQueue(models.Model):
		    status = models.CharField(max_length=20, db_index=True)
		    created_at = models.DateTimeField(auto_now_add=True)
	END
	/usr/bin/python3 manage.py makemigrations -v 0 jobs && /usr/bin/python3 manage.py migrate -v 0 &&
		pg_sql "INSERT INTO jobs_jobqueue (status, created_at) SELECT CASE WHEN i % 100 = 0 THEN 'pending' ELSE 'done' END, now() FROM generate_series(1, 10000) i"
}

runbook_table() {
	local round
	/usr/bin/python3 -c 'import django, psycopg2' 2>/dev/null || { echo && echo 'The runbook: no Django here.' && return; }
	django_up || { say 'the Django project does not come up' && return; }
	printf '%s\n' '[database "main"]' "url = postgresql://admin@127.0.0.1:$PG_PORT/shop" '[cache "cache"]' "url = redis://127.0.0.1:$REDIS_PORT/0" \
		'[queue "jobs"]' 'database = main' 'table = jobs_jobqueue' >"$T/ir.conf"
	cat >"$T/runbook" <<-END
		/usr/bin/python3 manage.py dbshell -- -XqAt -c 'SELECT 1;'
		redis-cli -p $REDIS_PORT PING
		/usr/bin/python3 manage.py shell -c 'from jobs.models import JobQueue; print(JobQueue.objects.filter(status="pending").count())'
	END
	for ((round = 1; round <= ROUNDS; round++)); do
		cost runbook-ir ir-deps
		counted runbook-ir "$(grep -o '100 pending' "$T/said" | head -1)" '100 pending'
		cost runbook-hand sh "$T/runbook"
		counted runbook-hand "$(tail -n 1 "$T/said") pending" '100 pending'
	done
	cd "$T/work" || return
	head_line "The runbook's three commands" told
	line '`ir-deps`' runbook-ir runbook-ir
	line '`manage.py dbshell`, `redis-cli PING`, `manage.py shell`' runbook-hand runbook-ir
}

dependencies_table() {
	can postgresql && can redis || { echo && echo 'Dependencies: no PostgreSQL or no Redis here.' && return; }
	dependencies_up
	one_database_table
	one_cache_table
	twenty_table
	mixed_table
	runbook_table
	unset PGPASSWORD
}

. "$TOP/tests/bench/deploys.sh"
. "$TOP/tests/bench/pagers.sh"
. "$TOP/tests/bench/logs.sh"
. "$TOP/tests/bench/logs_engine.sh"

echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%F); medians of $ROUNDS rounds and more; × is the multiple of the first row"
for table in ${TABLES:-http one dependencies deploys pagers containers start logs logs-engine}; do
	"${table//-/_}_table"
done
