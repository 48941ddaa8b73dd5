#!/usr/bin/env bash
# demo.sh - a shop in trouble: real services on loopback, some broken in known ways, and what the commands say of them; gone at the end
#
# On a terminal the commands print to it. Elsewhere they get a terminal of their own, so that what is shown is what a newcomer sees.
ir_term=${TERM:-dumb}
[ -t 1 ] && ir_tty=yes || ir_tty=''
export IR_LIMITED=1
. "${0%/*}/lib.sh"
ir_planned=1
export IR_PAGER=cat IR_WHO=ana
[ -z "$ir_tty" ] || export TERM=$ir_term

say() {
	printf '\n# %s\n' "$*"
}

# show COMMAND: as typed at a prompt, with what it prints and how it ended.
show() {
	printf '\n$ %s\n' "$1"
	if [ -n "$ir_tty" ]; then
		bash -c "$1"
	else
		TERM=xterm NO_COLOR=1 script -qec "stty cols 150; $1" /dev/null </dev/null | tr -d '\r'
		(exit "${PIPESTATUS[0]}")
	fi
	echo "# exit status $?"
}

endpoints() {
	local web tls slow hung closed
	web=$(free_port) tls=$(free_port) slow=$(free_port) hung=$(free_port) closed=$(free_port)
	tls_cert shop 5 DNS:localhost IP:127.0.0.1
	mkdir -p "$T/www" && head -c 3000 /dev/zero | tr '\0' x >"$T/www/slow"
	nginx_up web <<-CONF
		server {
			listen 127.0.0.1:$web; listen 127.0.0.1:$tls ssl http2;
			ssl_certificate $T/shop.pem; ssl_certificate_key $T/shop.key;
			location = /healthz { default_type application/json; return 200 '{"status":"ok","queue":{"waiting":3}}'; }
			location = /checkout { return 500 'payment provider says no'; }
			location / { root $T/www; }
		}
		server { listen 127.0.0.1:$slow; limit_rate 3000; location / { root $T/www; } }
	CONF
	nginx_up hung <<<"server { listen 127.0.0.1:$hung; }"
	kill -STOP "$NGINX"	# its kernel goes on to accept, and it never answers
	printf '#!/bin/sh\necho "orders: 1 of 3 replicas lags 214 s"\nexit 1\n' >"$T/check_orders" && chmod +x "$T/check_orders"
	cat >"$1" <<-CONF
		[check "login"]
		service = web
		url = http://127.0.0.1:$web/healthz
		expect-json = status = ok

		[check "checkout"]
		service = api
		url = http://127.0.0.1:$web/checkout

		[check "catalogue"]
		service = search
		url = http://127.0.0.1:$slow/slow
		latency-warn = 500ms

		[check "shop-tls"]
		service = web
		url = https://localhost:$tls/healthz
		ca-file = $T/ca.pem

		[check "inventory"]
		service = inventory
		url = http://127.0.0.1:$hung/healthz

		[check "mail"]
		service = mailer
		url = tcp://127.0.0.1:$closed

		[check "orders"]
		service = orders
		command = $T/check_orders
	CONF
}

# A database of which a forgotten transaction holds a lock and the connections run out, and a cache that is full of jobs that nobody takes.
dependencies() {
	local i
	pg_up 'max_connections = 12'
	printf '%s\n' "$PG_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
	pg_sql 'CREATE TABLE stock (item int PRIMARY KEY, n int)'
	pg_sql 'INSERT INTO stock VALUES (1, 7)'
	# what comes from a pipe that stays open is a session that waits for more
	spawn bash -c '{ echo "BEGIN; UPDATE stock SET n = n - 1;"; sleep 600; } | "$@"' - psql -q "host=$PG_DIR port=$PG_PORT user=admin dbname=shop application_name=import"
	await 10 holds
	for i in 1 2 3 4 5 6; do
		spawn psql "host=$PG_DIR port=$PG_PORT user=admin dbname=shop application_name=web" -c 'UPDATE stock SET n = n - 1 WHERE item = 1'
	done
	redis_up --maxmemory 8mb
	redis-cli -s "$T/redis.sock" eval 'for i = 1, 340 do redis.call("LPUSH", "celery", "{\"headers\":{\"id\":\"" .. i .. "\",\"task\":\"send_mail\"},\"body\":\"\",\"properties\":{}}") end
		redis.call("SADD", "_kombu.binding.celery", "celery\6\22\6\22celery")
		for i = 1, 700 do if redis.pcall("SET", "session:" .. i, string.rep("x", 10000)).err then break end end' 0 >/dev/null
	cat >>"$1" <<-CONF

		[database "stock"]
		service = orders
		url = postgresql://admin@127.0.0.1:$PG_PORT/shop
		password-file = $T/pw
		warn = locks 1s
		warn = restarted off

		[cache "broker"]
		service = worker
		url = redis://127.0.0.1:$REDIS_PORT/0
		warn = restarted off
	CONF
}

holds() {
	pg_sql 'SELECT 1 / count(*) FROM pg_locks WHERE relation = $$stock$$::regclass'
}

containers() {
	docker_up
	compose_up shop <<-'YAML'
		version: "2.4"
		x-shop: &shop {image: box, network_mode: none}
		services:
		  web:
		    <<: *shop
		    command: hold
		    healthcheck: {test: [CMD, /box, say, "200 OK", "0"], interval: 1s}
		  api:
		    <<: *shop
		    command: hold
		    healthcheck: {test: [CMD, /box, say, "db: connection refused", "1"], interval: 1s, retries: 1}
		  worker:
		    <<: *shop
		    command: exit 1
		  mailer:
		    <<: *shop
		    command: crash 200 3
		    restart: always
		  search:
		    <<: *shop
		    command: eat
		    mem_limit: 16m
		    memswap_limit: 16m
	YAML
	await 20 broken || :
}

# The containers are in the states that they are here to show.
broken() {
	local all
	all=$(docker ps -a --format '{{.Names}} {{.Status}}') || return
	[[ $all == *'(healthy)'* && $all == *'(unhealthy)'* && $all == *'Exited (1)'* && $all == *'Exited (137)'* ]] &&
		[ "$(docker inspect -f '{{.RestartCount}}' "${PROJECT}_mailer_1")" -ge 3 ]
}

# A repository, two deploys, and a log in which errors begin half a minute after the second one.
story() {
	local now from
	now=$(date +%s) from=$((now - 5400))
	git_() { git -c user.name=Ann -c user.email=ann@shop.example "$@" >/dev/null 2>&1; }
	mkdir -p billing && git_ init -b main . && echo 'rate = 19' >billing/tax.py && git_ add billing && GIT_COMMITTER_DATE="@$((now - 90000)) +0000" git_ commit -m 'tax, in one place'
	IR_TEST_NOW=$((now - 86000)) ir-deploys record web --revision HEAD -q >/dev/null 2>&1
	echo 'rate = table[country]' >billing/tax.py && GIT_COMMITTER_DATE="@$((now - 2000)) +0000" git_ commit -am 'tax by country'
	IR_TEST_NOW=$((now - 1500)) ir-deploys record web --revision HEAD -q -m "release 1.8.2" >/dev/null 2>&1
	awk -v from="$from" -v now="$now" -v bad="$((now - 1470))" 'BEGIN {
		for (t = from; t < now; t += 3) {
			at = strftime("%Y-%m-%dT%H:%M:%SZ", t, 1)
			print at, "INFO shop.web GET /cart 200 in", t % 77, "ms"
			if (t % 291 < 3) print at, "ERROR shop.web upstream timed out after 30s"
			if (t > bad && t % 7 < 3)
				print at, "ERROR shop.web unhandled exception\nTraceback (most recent call last):\n  File \"/app/billing/tax.py\", line 1, in tax\n    rate = table[country]\nKeyError: '\''AT'\''"
		}
	}' >web.log
	printf '[logs "web"]\npath = %s\nservice = web\n' "$PWD/web.log" >>ir.conf
	ir-logs -q >/dev/null 2>&1
}

# What pages: three alerts, as Prometheus would tell them, of two services.
pages() {
	local now
	alertmanager_up alertmanager </dev/null
	now=$(date -u -d '4 minutes ago' +%Y-%m-%dT%H:%M:%SZ)
	{
		page CheckoutErrors checkout web-1 critical '31% of the requests fail' && echo ,
		page CheckoutErrors checkout web-2 critical '28% of the requests fail' && echo ,
		page QueueBacklog mailer worker-1 warning '4210 mails wait'
	} | sed "s/NOW/$now/; 1s/^/[/; \$s/\$/]/" | curl -sf -m 10 -H 'Content-Type: application/json' -d @- "http://127.0.0.1:$ALERTMANAGER_PORT/api/v2/alerts"
	printf '\n[pager "alertmanager"]\nurl = http://127.0.0.1:%s\n' "$ALERTMANAGER_PORT" >>ir.conf
	await 10 paged
}

# page NAME SERVICE INSTANCE SEVERITY TEXT
page() {
	printf '{"labels":{"alertname":"%s","service":"%s","instance":"%s","severity":"%s"},"annotations":{"summary":"%s"},"startsAt":"NOW"}' "$@"
}

paged() {
	[ "$(ir-alerts -o id 2>/dev/null | wc -l)" = 3 ]
}

say 'Starting a shop on this machine: nothing leaves loopback, and all of it is gone at the end.'
mkdir -p "$T/shop" && cd "$T/shop" || exit 1
if can compose; then
	containers
else
	say 'No docker engine can be started here (root, dockerd and docker-compose are needed): the containers are left out.'
	unset DOCKER_HOST
fi
if can nginx && can openssl; then
	endpoints ir.conf
else
	say 'nginx and openssl are not here (DEPS=no?): the endpoints are left out.'
	printf '[check "mail"]\nurl = tcp://127.0.0.1:1\n' >ir.conf
fi
if can postgresql && can redis; then
	dependencies ir.conf
else
	say 'postgresql and redis-server are not here (DEPS=no?): the database and the cache are left out.'
fi
unset IR_CONF
paged=
if can alertmanager && pages; then
	paged=yes
	say 'What pages, from a real Alertmanager?'
	show 'ir-alerts'
	say 'Take it, so that nobody else is woken, and open an incident: what is run from now on belongs to it.'
	show 'ir-alerts | grep checkout | ir-ack -m looking -'
	show 'ir-alerts | grep checkout | ir-incident open "Checkout is down" -'
	show 'ir-incident note "told the payment provider"'
else
	say 'prometheus-alertmanager is not here (DEPS=no?): what pages is left out.'
fi
say 'This directory, and one of the checks in its ir.conf:'
show 'ls; grep -A2 checkout ir.conf'
say 'What is broken, and why?'
show 'ir-health'
say 'Rows are handles: grep them, and look at the whole record.'
show 'ir-health | grep unhealthy | ir-show -'
say 'Why do the database and the cache hurt?'
show 'ir-deps'
say 'And what is to be done next, below the rows? (-v)'
show 'ir-deps -v --only fail'
if can git; then
	story
	say 'What changed here?'
	show 'ir-deploys'
	say 'Which change did it? The deploy script has recorded each deploy: ir-deploys record web.'
	show 'ir-suspect --explain'
fi
if [ -n "$paged" ]; then
	say 'What happened since the page, in order, for the others and for the postmortem:'
	show 'ir-incident close -m "rolled back to 1.8.1"'
	show 'ir-timeline | grep -E "^(alr|act|inc|nte|dep|sus)-" | cut -f2,3,4,6'
fi
say 'For scripts: one JSON object a line.'
show "ir-health -j --only fail | head -2"
say 'For a monitoring system:'
show 'ir-health -o nagios'
say 'What is configured, found and reachable here (--settings: every setting, and where it came from):'
show 'ir-doctor'
say 'Everything is taken down again.'
