# servers.sh - real servers for tests, on loopback, gone with the test (read by lib.sh)
#
#	need WORD…	skip the whole test, saying what is missing, unless each can be had here: docker compose nginx redis openssl jq fish zsh
#			bash-completion expect tmux mandoc root netns … (any other word: a program). What $IR_REQUIRE names (comma separated)
#			fails instead of being skipped.
#	skip WORD [NAME]	the same for one check: `can docker || skip docker 'a container is seen'`
#	can WORD	only asks
#
#	nginx_up NAME [WORKERS] <CONF	nginx with CONF (server blocks) inside http { }, its files in $T/NAME; returns when it listens. $NGINX is its id
#	redis_up [OPTION…]		redis-server on $REDIS_PORT and the socket $T/redis.sock; $REDIS is its id
#	pg_up [SETTING…]	PostgreSQL on $PG_PORT and with its socket in $PG_DIR, with the database shop; over TCP the superuser admin needs the password
#				$PG_PASSWORD, over the socket nobody needs any; its id is $PG. SETTINGs are lines of postgresql.conf
#	pg_start			again, after it was stopped or killed; its id is $PG
#	pg_sql SQL [OPTION…]	by psql, as admin, in the database shop
#	pg_standby_up [SETTING…]	a streaming standby of it, called standby, on $STANDBY_PORT, with its socket in $STANDBY_DIR; its id is $STANDBY
#	pg_standby_sql SQL [OPTION…]	likewise, of the standby
#	pg_standby_start	again, after it was stopped
#	pgbouncer_up [SETTING…]	PgBouncer on $BOUNCER_PORT before it, in transaction mode, for admin, who may see its pools, and app; both have the password
#				$PG_PASSWORD. SETTINGs are lines of its section [pgbouncer]; its id is $BOUNCER
#	rabbitmq_up [SETTING…]	RabbitMQ with its management, on the usual ports 5672 and 15672 of the loopback address $RABBITMQ_HOST that nobody else has, and on
#				127.0.0.1:$RABBITMQ_PORT without; user admin with $RABBITMQ_PASSWORD. SETTINGs are lines of rabbitmq.conf. It takes seconds
#	rabbitmq_api METHOD PATH [JSON]	of the management, as admin
#	rabbitmqctl_here ARG…
#	clickhouse_up		ClickHouse on 127.0.0.1:$CLICKHOUSE_PORT (HTTP); user default without a password, who may do all, and user reader with
#				$CLICKHOUSE_PASSWORD, who may only read and set nothing; its id is $CLICKHOUSE
#	clickhouse_sql SQL [OPTION…]	as default, by curl; OPTIONs are curl's
#	clickhouse_start	again, after it was stopped
#	alertmanager_up NAME [OPTION…] [<CONF]	an Alertmanager, its files in $T/NAME, on 127.0.0.1:$ALERTMANAGER_PORT; without CONF it tells nobody. $ALERTMANAGER is its id
#	prometheus_up <RULES	Prometheus that reads the metrics of the file $T/metrics every 200 ms, and tells 127.0.0.1:$ALERTMANAGER_PORT of what fires by RULES; on
#				127.0.0.1:$PROMETHEUS_PORT. $PROMETHEUS is its id. The file is to be replaced by mv
#	tls_cert NAME DAYS SAN…		$T/NAME.pem and $T/NAME.key, valid DAYS days (negative: expired) for SANs such as DNS:localhost
#					IP:127.0.0.1, signed by the throwaway authority in $T/ca.pem
#	docker_up [private]		DOCKER_HOST and DOCKER_SOCK point to a real engine with the image `box`: one for the whole run of the suite, or a
#					private one, which may be stopped with docker_down and started again with docker_start
#	compose_up NAME <COMPOSE.YAML	a project of that name made unique, in $PROJECT_DIR (now the working directory), named $PROJECT, up by
#					docker-compose; containers removed at the end. docker_up first
#	box OPTION… -- ARG…		docker run -d of the image `box` (tests/tools/box.c tells its ARGs), removed at the end; its id is in $BOX
#
# The engine has no network but `host` and `none`: say network_mode: none or host in a compose file, --network none to box.

can() {
	case $1 in
	docker) [ "$(id -u)" = 0 ] && command -v dockerd && command -v docker && [ -x "$IR_BOX" ] && ir_engine_up "$IR_SHARED/engine" ;;
	compose) can docker && command -v docker-compose ;;
	redis) command -v redis-server ;;
	python-celery) /usr/bin/python3 -c "import celery" ;;
	python-rq) /usr/bin/python3 -c "import rq" ;;
	python-django) /usr/bin/python3 -c "import django, psycopg2" ;;
	postgresql) [ -n "$(ir_pg_bin)" ] && { [ "$(id -u)" != 0 ] || id postgres; } ;;
	clickhouse) command -v clickhouse-server && command -v curl && [ -r /etc/clickhouse-server/config.xml ] ;;
	rabbitmq) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && command -v epmd && command -v curl ;;
	alertmanager) command -v prometheus-alertmanager && command -v curl ;;
	root) [ "$(id -u)" = 0 ] ;;
	netns) unshare -n true || unshare -rn true ;;
	bash-completion) [ -r /usr/share/bash-completion/bash_completion ] ;;
	*) command -v "$1" ;;
	esac >/dev/null 2>&1
}

need() {
	local w
	for w; do
		can "$w" && continue
		case ,$IR_REQUIRE, in
		*,"$w",*) flunk "$w can be had" 'it is required here (IR_REQUIRE)' ;;
		*) echo "1..0 # SKIP no $w here" ;;
		esac
		ir_planned=1
		exit $((ir_bad > 0))
	done
}

skip() {
	case ,$IR_REQUIRE, in
	*,"$1",*) flunk "${2:-$1}" "no $1 here, and it is required (IR_REQUIRE)" ;;
	*) ir_n=$((ir_n + 1)) && echo "ok $ir_n # skip no $1 here${2:+: $2}" ;;
	esac
}

# What is started in a subshell would be lost to the test's end.
ir_in_the_test() {
	[ "$BASHPID" = $$ ] || { flunk "${FUNCNAME[1]} is not called in a pipeline or subshell" && kill $$; }
}

nginx_up() {
	local dir=$T/$1
	ir_in_the_test
	mkdir -p "$dir"
	{
		echo "daemon off; pid $dir/pid; error_log $dir/error.log; worker_rlimit_nofile 16384;"
		if [ $# -lt 2 ]; then echo 'master_process off;'; else echo "worker_processes $2;"; fi
		[ "$(id -u)" != 0 ] || echo 'user root;'
		echo 'events { worker_connections 8000; } http { access_log off; default_type text/plain; server_names_hash_bucket_size 128;'
		for w in client_body proxy fastcgi uwsgi scgi; do echo "${w}_temp_path $dir/$w;"; done
		cat && echo '}'
	} >"$dir/nginx.conf"
	nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" >>"$T/spawn.log" 2>&1 </dev/null &
	NGINX=$!
	ir_pids+=("$NGINX")
	await 10 ir_nginx_listens "$dir" || ir_give_up 'nginx starts' "$dir/error.log"
}

# A server that does not come up ends the test.
ir_give_up() {
	flunk "$1" "$(tail "$2")"
	done_testing
}

ir_nginx_listens() {
	[ -s "$1/pid" ]
}

redis_up() {
	REDIS_PORT=$(free_port) || return
	spawn redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --unixsocket "$T/redis.sock" --save '' --appendonly no --dir "$T" "$@"
	REDIS=$SPAWNED
	await 10 redis-cli -s "$T/redis.sock" ping || ir_give_up 'redis starts' "$T/spawn.log"
}

# The newest that is installed.
ir_pg_bin() {
	compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1 | sed 's,/initdb$,,'
}

# Root may not run it.
ir_pg_as() {
	[ "$(id -u)" = 0 ] || exec "$@"
	exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"
}

pg_up() {
	local bin
	bin=$(ir_pg_bin)
	PG_PORT=$(free_port) || return
	PG_DIR=$T/pg PG_PASSWORD=planted-S3cret
	mkdir -p "$PG_DIR" && echo "$PG_PASSWORD" >"$PG_DIR/pw" && chmod 711 "$T"
	[ "$(id -u)" != 0 ] || chown -R postgres:postgres "$PG_DIR"
	(cd "$PG_DIR" && ir_pg_as "$bin/initdb" -D "$PG_DIR/data" -U admin --pwfile="$PG_DIR/pw" --auth-host=scram-sha-256 --auth-local=trust -N \
		-E UTF8 --locale=C) >>"$T/spawn.log" 2>&1 || ir_give_up 'a PostgreSQL is made' "$T/spawn.log"
	printf '%s\n' "port = $PG_PORT" "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$PG_DIR'" 'fsync = off' 'shared_buffers = 16MB' "$@" \
		>>"$PG_DIR/data/postgresql.conf"
	pg_start
	await 20 psql -h "$PG_DIR" -p "$PG_PORT" -U admin -d postgres -c 'CREATE DATABASE shop' || ir_give_up 'PostgreSQL starts' "$T/spawn.log"
}

pg_start() {
	local bin
	bin=$(ir_pg_bin)
	cd "$PG_DIR" && spawn ir_pg_as "$bin/postgres" -D "$PG_DIR/data" && cd "$OLDPWD" || return
	PG=$SPAWNED
	at_end kill -INT "$PG"
	await 20 psql -XqAt -h "$PG_DIR" -p "$PG_PORT" -U admin -d postgres -c 'SELECT 1' || ir_give_up 'PostgreSQL starts' "$T/spawn.log"
}

pg_sql() {
	psql -XqAt -h "$PG_DIR" -p "$PG_PORT" -U admin -d shop "${@:2}" -c "$1"
}

pg_standby_up() {
	local bin
	bin=$(ir_pg_bin)
	STANDBY_PORT=$(free_port) && STANDBY_DIR=$T/standby || return
	mkdir -p "$STANDBY_DIR" && { [ "$(id -u)" != 0 ] || chown postgres:postgres "$STANDBY_DIR"; }
	(cd "$STANDBY_DIR" && ir_pg_as "$bin/pg_basebackup" -D "$STANDBY_DIR/data" -R -X stream -c fast -N -d "host=$PG_DIR port=$PG_PORT user=admin application_name=standby") \
		>>"$T/spawn.log" 2>&1 || ir_give_up 'a standby is made' "$T/spawn.log"
	printf '%s\n' "port = $STANDBY_PORT" "unix_socket_directories = '$STANDBY_DIR'" 'wal_retrieve_retry_interval = 100ms' "$@" >>"$STANDBY_DIR/data/postgresql.conf"
	pg_standby_start
	await 20 psql -h "$STANDBY_DIR" -p "$STANDBY_PORT" -U admin -d postgres -c 'SELECT 1' || ir_give_up 'the standby starts' "$T/spawn.log"
}

# Again, after it was stopped.
pg_standby_start() {
	cd "$STANDBY_DIR" && spawn ir_pg_as "$(ir_pg_bin)/postgres" -D "$STANDBY_DIR/data" && cd "$OLDPWD" || return
	STANDBY=$SPAWNED
	at_end kill -INT "$STANDBY"
}

pg_standby_sql() {
	psql -XqAt -h "$STANDBY_DIR" -p "$STANDBY_PORT" -U admin -d shop "${@:2}" -c "$1"
}

pgbouncer_up() {
	BOUNCER_PORT=$(free_port) || return
	mkdir -p "$T/bouncer" && printf '"%s" "%s"\n' admin "$PG_PASSWORD" app "$PG_PASSWORD" >"$T/bouncer/users"
	printf '%s\n' '[databases]' "shop = host=$PG_DIR port=$PG_PORT" '[pgbouncer]' 'listen_addr = 127.0.0.1' "listen_port = $BOUNCER_PORT" 'unix_socket_dir =' \
		'auth_type = scram-sha-256' "auth_file = $T/bouncer/users" 'pool_mode = transaction' "logfile = $T/bouncer/log" 'stats_users = admin' "$@" >"$T/bouncer/ini"
	[ "$(id -u)" != 0 ] || chown -R postgres:postgres "$T/bouncer"
	spawn ir_pg_as pgbouncer "$T/bouncer/ini"
	BOUNCER=$SPAWNED
	await 10 env PGPASSWORD="$PG_PASSWORD" psql -h 127.0.0.1 -p "$BOUNCER_PORT" -U admin -d shop -c 'SELECT 1' || ir_give_up 'PgBouncer starts' "$T/spawn.log"
}

# A node, a port mapper, directories and a cookie of its own: nothing is shared with the system's.
rabbitmq_up() {
	local epmd dist unique dir=$T/rabbitmq
	ir_in_the_test
	epmd=$(free_port) && dist=$(free_port) && unique=$(free_port) && RABBITMQ_PORT=$(free_port) || return
	RABBITMQ_HOST=127.66.$((unique / 250 - 39)).$((unique % 250 + 1)) RABBITMQ_PASSWORD=planted-S3cret
	mkdir -p "$dir/home" && echo '[rabbitmq_management].' >"$dir/plugins" || return
	# numbers are gathered every second, not every five
	printf '%s\n' "listeners.tcp.1 = $RABBITMQ_HOST:5672" "listeners.tcp.2 = 127.0.0.1:$RABBITMQ_PORT" "management.tcp.ip = $RABBITMQ_HOST" \
		'management.tcp.port = 15672' 'default_user = admin' "default_pass = $RABBITMQ_PASSWORD" 'log.console = false' \
		'collect_statistics_interval = 500' management.sample_retention_policies.{global,basic,detailed}.minute\ =\ 1 "$@" >"$dir/rabbitmq.conf"
	ir_rabbitmq_env=(HOME="$dir/home" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME="ir$unique@localhost" RABBITMQ_DIST_PORT="$dist"
		RABBITMQ_MNESIA_BASE="$dir/mnesia" RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_GENERATED_CONFIG_DIR="$dir/config" RABBITMQ_CONF_ENV_FILE=/dev/null
		RABBITMQ_ENABLED_PLUGINS_FILE="$dir/plugins" RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" RABBITMQ_PID_FILE="$dir/pid"
		RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}')
	spawn epmd -address 127.0.0.1 -port "$epmd"
	spawn env "${ir_rabbitmq_env[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
	at_end ir_rabbitmq_kill "$dir/pid"
	await 60 rabbitmq_api GET overview || ir_give_up 'RabbitMQ starts' "$T/spawn.log"
}

ir_rabbitmq_kill() {
	kill -KILL "$(cat "$1")"
}

rabbitmq_api() {
	curl -sf -m 10 -u "admin:$RABBITMQ_PASSWORD" -X "$1" ${3:+-d "$3"} "http://$RABBITMQ_HOST:15672/api/$2"
}

rabbitmqctl_here() {
	env "${ir_rabbitmq_env[@]}" /usr/lib/rabbitmq/bin/rabbitmqctl -q "$@"
}

# The packaged configuration, with all that it writes in a directory of its own.
clickhouse_up() {
	local tcp inter dir=$T/clickhouse
	CLICKHOUSE_PORT=$(free_port) && tcp=$(free_port) && inter=$(free_port) && CLICKHOUSE_PASSWORD=planted-S3cret || return
	mkdir -p "$dir/log" && sed "s,/var/lib/clickhouse/,$dir/,; s,/var/log/clickhouse-server/,$dir/log/," /etc/clickhouse-server/config.xml >"$dir/config.xml" || return
	cat >"$dir/users.xml" <<-END
		<yandex>
		<profiles><default><max_memory_usage>4000000000</max_memory_usage></default><readonly><readonly>1</readonly></readonly></profiles>
		<quotas><default></default></quotas>
		<users>
		<default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
		<reader><password>$CLICKHOUSE_PASSWORD</password><networks><ip>127.0.0.1</ip></networks><profile>readonly</profile><quota>default</quota></reader>
		</users>
		</yandex>
	END
	ir_clickhouse=(clickhouse-server --config-file="$dir/config.xml" -- --http_port="$CLICKHOUSE_PORT" --tcp_port="$tcp" --interserver_http_port="$inter"
		--listen_host=127.0.0.1 --mark_cache_size=268435456 --uncompressed_cache_size=0)
	clickhouse_start
}

clickhouse_start() {
	spawn "${ir_clickhouse[@]}"
	CLICKHOUSE=$SPAWNED
	await 30 clickhouse_sql 'SELECT 1' || ir_give_up 'ClickHouse starts' "$T/spawn.log"
}

clickhouse_sql() {
	curl -sS -f -m 60 "${@:2}" --data-binary "$1" "http://127.0.0.1:$CLICKHOUSE_PORT/"
}

# Alone unless an option says that it is of a cluster.
alertmanager_up() {
	local dir=$T/$1 cluster=--cluster.listen-address=
	ir_in_the_test
	shift
	ALERTMANAGER_PORT=$(free_port) || return
	mkdir -p "$dir" && cat >"$dir/conf"
	[ -s "$dir/conf" ] || printf '%s\n' 'route: {receiver: nobody, group_wait: 1s, group_interval: 1s}' 'receivers: [{name: nobody}]' >"$dir/conf"
	[[ " $*" != *--cluster.listen-address=* ]] || cluster=
	spawn prometheus-alertmanager --config.file="$dir/conf" --storage.path="$dir/data" --web.listen-address="127.0.0.1:$ALERTMANAGER_PORT" ${cluster:+"$cluster"} "$@"
	ALERTMANAGER=$SPAWNED
	await 20 curl -sf -m 5 -o /dev/null "http://127.0.0.1:$ALERTMANAGER_PORT/api/v2/status" || ir_give_up 'Alertmanager starts' "$T/spawn.log"
}

prometheus_up() {
	local port dir=$T/prometheus
	PROMETHEUS_PORT=$(free_port) && port=$(free_port) || return
	mkdir -p "$dir" && cat >"$dir/rules" && : >>"$T/metrics" || return
	nginx_up scraped <<<"server { listen 127.0.0.1:$port; location = /metrics { alias $T/metrics; } }"
	cat >"$dir/conf" <<-END
		global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}
		rule_files: [rules]
		alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:$ALERTMANAGER_PORT']}]}]}
		scrape_configs: [{job_name: test, honor_labels: true, metric_relabel_configs: [{source_labels: [instance], regex: '127.*', target_label: instance, replacement: ''}], static_configs: [{targets: ['127.0.0.1:$port']}]}]
	END
	spawn prometheus --config.file="$dir/conf" --storage.tsdb.path="$dir/data" --web.listen-address="127.0.0.1:$PROMETHEUS_PORT"
	PROMETHEUS=$SPAWNED
	await 20 curl -sf -m 5 -o /dev/null "http://127.0.0.1:$PROMETHEUS_PORT/-/ready" || ir_give_up 'Prometheus starts' "$T/spawn.log"
}

ir_ca() {
	[ ! -e "$T/ca.pem" ] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$T/ca.key" -out "$T/ca.pem" -days 3650 \
		-subj '/CN=Throwaway test authority' -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign
}

# Through `openssl ca`, which alone sets both dates.
tls_cert() {
	local name=$1 days=$2 from='2 days ago' san
	shift 2
	[ "$days" -ge 0 ] || from="$((2 - days)) days ago"
	san=$(IFS=, && echo "$*")
	{
		ir_ca && mkdir -p "$T/issued" && : >"$T/index.txt"
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$T/$name.key" -out "$T/$name.csr" -subj "/CN=$name"
		printf '%s\n' '[ca]' 'default_ca = t' '[t]' "database = $T/index.txt" "new_certs_dir = $T/issued" 'rand_serial = yes' \
			'default_md = sha256' 'policy = p' 'x509_extensions = e' '[p]' 'commonName = supplied' '[e]' "subjectAltName = $san" >"$T/ca.conf"
		openssl ca -batch -notext -config "$T/ca.conf" -cert "$T/ca.pem" -keyfile "$T/ca.key" -in "$T/$name.csr" -out "$T/$name.pem" \
			-startdate "$(date -u -d "$from" +%y%m%d%H%M%SZ)" -enddate "$(date -u -d "$days days" +%y%m%d%H%M%SZ)"
	} >"$T/openssl.log" 2>&1 || flunk "a certificate for $name" "$(cat "$T/openssl.log")"
}

docker_up() {
	ENGINE=$IR_SHARED/engine
	if [ "${1:-}" = private ]; then
		ENGINE=$T/engine
		at_end ir_engine_remove "$ENGINE"
	fi
	ir_engine_up "$ENGINE" || ir_give_up 'the docker engine starts' "$ENGINE.said"
	export DOCKER_SOCK=$ENGINE/docker.sock DOCKER_HOST=unix://$ENGINE/docker.sock
}

docker_down() {
	ir_engine_stop "$ENGINE"
}

docker_start() {
	ir_engine_start "$ENGINE"
}

compose_up() {
	ir_in_the_test
	PROJECT=$1-${T##*.}
	PROJECT=${PROJECT,,}
	PROJECT_DIR=$T/$PROJECT
	mkdir -p "$PROJECT_DIR" && cd "$PROJECT_DIR" && cat >docker-compose.yml || return
	at_end ir_compose_remove "$DOCKER_HOST" "$PROJECT"
	docker-compose --ansi never up -d >>"$T/spawn.log" 2>&1 || ir_give_up 'the compose project comes up' "$T/spawn.log"
}

ir_compose_remove() {
	DOCKER_HOST=$1 docker rm -f $(DOCKER_HOST=$1 docker ps -aq --filter "label=com.docker.compose.project=$2")
}

box() {
	local opts=()
	while [ "${1:---}" != -- ]; do opts+=("$1") && shift; done
	shift
	BOX=$(docker run -d "${opts[@]}" box "$@" 2>>"$T/spawn.log") || ir_give_up 'a container starts' "$T/spawn.log"
	at_end docker -H "$DOCKER_HOST" rm -f "$BOX"
}
