#!/usr/bin/env bash
# deps-rabbitmq.t - a real RabbitMQ: queues without workers, dead letters, alarms, what is not seen without its management or without a tag; Celery on it
. "${0%/*}/../lib.sh"
need rabbitmq jq
TAB=$'\t'
rabbitmq_up

# The last job is acknowledged, too.
idle() {
	[ "$(ir-deps -j | jq 'select(.name == "broker/rabbitmq/celery") | .jobs_pending + .jobs_running')" = 0 ]
}

publish() {
	local i
	for ((i = 0; i < $2; i++)); do
		[ "$i" = 0 ] || echo next
		echo "url = http://$RABBITMQ_HOST:15672/api/exchanges/%2F/amq.default/publish"
		echo "user = admin:$RABBITMQ_PASSWORD"
		echo "data = \"{\\\"properties\\\":{\\\"timestamp\\\":$(($(date +%s) - 3600))},\\\"routing_key\\\":\\\"$1\\\",\\\"payload\\\":\\\"x\\\",\\\"payload_encoding\\\":\\\"string\\\"}\""
	done | curl -sf -K - >/dev/null
}

user() {
	rabbitmq_api PUT "users/$1" "{\"password\":\"$RABBITMQ_PASSWORD\",\"tags\":\"$2\"}" && rabbitmq_api PUT "permissions/%2F/$1" '{"configure":"","write":"","read":".*"}'
}

echo "$RABBITMQ_PASSWORD" >"$T/pw" && chmod 600 "$T/pw"
conf() {
	printf '%s\n' '[queue "broker"]' "url = $1" "password-file = $T/pw" "${@:2}" >"$T/ir.conf"
}

conf "amqp://admin@$RABBITMQ_HOST"
check 'a broker that is well' -o like:"^chk-[^$TAB]*${TAB}[^$TAB]*${TAB}ok$TAB-${TAB}amqp://$RABBITMQ_HOST:5672${TAB}RabbitMQ [0-9.]+, [0-9]+ connections?, 0 queues, 0 messages\$" \
	-o lines:1 -- ir-deps
await_row broker/memory ok 'publishers are blocked at'
check 'each measure, when all are asked for' -o ignore -- ir-deps -j --all
for m in alarms:'no alarms' node:'the node runs' memory:'publishers are blocked at' disk:free files:'file descriptors used' connections:'sockets used' \
	processes:'Erlang process slots used' queues:'0 queues'; do
	row "broker/${m%%:*}" ok "${m#*:}"
done
no_row broker/rights
is 'members of the own row' "$(jq -r 'select(.name == "broker") | "\(.type) \(.server | test("^RabbitMQ [0-9]")) \(.address) \(.latency_ms > 0)"' <<<"$OUT")" \
	"rabbitmq true $RABBITMQ_HOST:5672 true"

# queues: one that is stuffed, one whose messages are given up into another, one that only delays
rabbitmq_api PUT queues/%2F/jobs '{"durable":true}'
rabbitmq_api PUT queues/%2F/mail '{"durable":true,"arguments":{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"dead","x-max-length":1}}'
rabbitmq_api PUT queues/%2F/dead '{"durable":true}'
rabbitmq_api PUT queues/%2F/retry '{"durable":true,"arguments":{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"jobs","x-message-ttl":600000}}'
rabbitmq_api PUT queues/%2F/celeryev.1 '{"durable":true}'
rabbitmq_api PUT queues/%2F/web%40host.celery.pidbox '{"durable":true}'
rabbitmq_api PUT exchanges/%2F/lost '{"type":"fanout"}'
rabbitmq_api PUT queues/%2F/lost-jobs '{"durable":true}'
rabbitmq_api POST bindings/%2F/e/lost/q/lost-jobs '{"routing_key":"","arguments":{}}'
rabbitmq_api PUT queues/%2F/pay '{"durable":true,"arguments":{"x-dead-letter-exchange":"lost","x-max-length":1}}'
publish jobs 12
publish mail 3
publish retry 2
publish pay 2
publish celeryev.1 1
await_row broker/rabbitmq/jobs fail '12 pending'
await_row broker/rabbitmq/lost-jobs ok '1 failed before'
await_row broker/rabbitmq/dead ok '2 failed before'
check 'a stuffed queue without a worker' -s 1 -o ignore -- ir-deps -j --all
row broker/rabbitmq/jobs fail 'no worker alive'
row broker/rabbitmq/jobs fail 'oldest waits 1h'
row broker/rabbitmq/dead ok '2 failed before'
row broker/rabbitmq/mail fail '1 pending'
row broker/rabbitmq/retry ok '2 due later'
no_row broker/rabbitmq/celeryev.1
no_row broker/rabbitmq/web@host.celery.pidbox
is 'members of a queue' "$(jq -c 'select(.name == "broker/rabbitmq/jobs") | [.job_system, .queue, .jobs_pending, .jobs_running, .consumers]' <<<"$OUT")" \
	'["rabbitmq","jobs",12,0,0]'

conf "http://admin@$RABBITMQ_HOST:15672/" 'name = jobs'
check 'one queue by name is the dependency itself, and the management alone will do' -s 1 -o "like:fail	-	http://$RABBITMQ_HOST:15672#broker	.*12 pending" -o lines:1 -- ir-deps
conf "http://admin@$RABBITMQ_HOST:15672/" 'name = jobs' 'name = j.bs'
check 'a name is no pattern' -s 1 -o "like:there is no queue 'j.bs' in virtual host '/'" -- ir-deps
conf "amqp://admin@$RABBITMQ_HOST" 'fail = consumers off' 'warn = oldest off' 'fail = oldest off' 'warn = pending 5'
check 'thresholds' -o like:'warn	-	.*#rabbitmq/jobs	12 pending' -- ir-deps
rabbitmq_api DELETE queues/%2F/jobs/contents && rabbitmq_api DELETE queues/%2F/mail/contents && rabbitmq_api DELETE queues/%2F/pay/contents
conf "amqp://admin@$RABBITMQ_HOST"
for queue in jobs mail pay; do await_row broker/rabbitmq/$queue warn 'nothing pending'; done

# alarms
rabbitmqctl_here set_vm_memory_high_watermark 0.00001
await_row broker/alarms fail 'publishers are blocked: alarm of memory on ir'
rabbitmqctl_here set_vm_memory_high_watermark 0.4
await_row broker/alarms ok 'no alarms'

# what is not seen
user clerk management && user app '' && rabbitmq_api PUT users/watch "{\"password\":\"$RABBITMQ_PASSWORD\",\"tags\":\"monitoring\"}"
conf "amqp://clerk@$RABBITMQ_HOST"
check 'a user without the tag monitoring' -o ignore -- ir-deps -j --all
row broker ok 'RabbitMQ'
row broker/rights warn 'memory, disk and file descriptors are not seen: the user needs the tag monitoring'
row broker/alarms ok 'no alarms'
is 'and what to do' "$(jq -r 'select(.name == "broker/rights") | .hint' <<<"$OUT")" 'rabbitmqctl set_user_tags USER monitoring'
no_row broker/memory
conf "amqp://app@$RABBITMQ_HOST"
check 'a user without any tag' -o ignore -- ir-deps -j --all
row broker ok 'login and virtual host'
row broker/rights warn 'the user may not use it'
conf "http://app@$RABBITMQ_HOST:15672/"
check 'the same, by the management alone' -s 2 -o 'like:unknown	.*the user may not use the management' -- ir-deps
conf "http://watch@$RABBITMQ_HOST:15672/"
check 'a user without permissions in the virtual host' -o "like:warn	.*queues are not seen: the user has no permissions in virtual host '/'" -o 'like:ok	.*RabbitMQ' -- ir-deps
conf "amqp://watch@$RABBITMQ_HOST"
check 'whom AMQP does not let in' -s 1 -o "like:fail	.*virtual host '/' is not for this user" -o lacks:"$RABBITMQ_PASSWORD" -- ir-deps
conf "amqp://admin@127.0.0.1:$RABBITMQ_PORT"
check 'no management there' -o "like:warn	-	amqp://127.0.0.1:$RABBITMQ_PORT#rights	alarms, nodes and queues are not seen: no management at http://127.0.0.1:15672: connection refused" \
	-o 'like:ok	.*RabbitMQ [0-9.]+, login and virtual host' -o lines:2 -- ir-deps
conf "amqp://admin@$RABBITMQ_HOST/nowhere"
check 'a virtual host that is not there' -s 1 -o "like:fail	.*virtual host 'nowhere' is not there" -- ir-deps
conf "http://admin@$RABBITMQ_HOST:15672/nowhere"
check 'the same, by the management alone' -s 1 -o "like:fail	.*there is no virtual host 'nowhere'" -- ir-deps
echo wr0ng-S3cret >"$T/pw"
conf "amqp://admin@$RABBITMQ_HOST"
check 'a wrong password' -s 2 -o 'like:unknown	.*the broker refuses user or password' -o lacks:wr0ng -- ir-deps
conf "http://admin@$RABBITMQ_HOST:15672"
check 'the same, by the management alone' -s 2 -o 'like:unknown	.*the management refuses user or password' -o lacks:wr0ng -- ir-deps
check 'an operand, and the user guest' -s 2 -o 'like:unknown	.*refuses user or password' -- ir-deps "amqp://$RABBITMQ_HOST"
echo "$RABBITMQ_PASSWORD" >"$T/pw"
conf "amqp://admin@$RABBITMQ_HOST" 'type = rq'
check 'a job system that has nothing to do with it' -s 78 -o lines:1 -e "like:ir.conf:1: \[queue \"broker\"\]: 'rq' keeps no jobs in a RabbitMQ" -- ir-deps

# Celery
conf "amqp://admin@$RABBITMQ_HOST"
if can python-celery; then
	cat >"$T/work/jobs.py" <<-END
		from celery import Celery
		app = Celery('jobs', broker='amqp://admin:$RABBITMQ_PASSWORD@$RABBITMQ_HOST//')
		@app.task
		def add(a, b):
		    return a + b
	END
	ok 'Celery publishes' /usr/bin/python3 -c 'import jobs; [jobs.add.delay(1, i) for i in range(5)]'
	await_row broker/rabbitmq/celery fail '5 pending'
	spawn /usr/bin/python3 -m celery -A jobs worker -c 1 -P solo --without-gossip --without-mingle
	await_row broker/rabbitmq/celery ok 'nothing pending, 1 worker'
	await 10 idle
	kill -KILL "$SPAWNED"
	await_row broker/rabbitmq/celery warn 'no worker alive'
	is 'no mailbox of Celery is a queue' "$(grep -c pidbox "$T/out")" 0
else
	skip python-celery 'Celery on RabbitMQ'
fi
done_testing
