#!/usr/bin/env bash
# deps-rabbitmq-answers.t - what a management says that one broker in good health never does: a cluster in trouble, older and newer versions, answers that are none
. "${0%/*}/../lib.sh"
need nginx jq
PORT=$(free_port)

# serve PATH STATUS JSON…: answers of one run; what is not among them is 404.
api() {
	local conf="server { listen 127.0.0.1:$PORT; location / { return 404 '{\"error\":\"Object Not Found\",\"reason\":\"Not Found\"}'; }"
	while [ $# -gt 0 ]; do
		conf+=" location ~ ^/api/$1 { return $2 '$3'; }"
		shift 3
	done
	[ -z "${NGINX:-}" ] || stop "$NGINX"
	nginx_up api <<<"$conf }"
}

printf '%s\n' '[queue "broker"]' "url = http://127.0.0.1:$PORT/" >"$T/ir.conf"
overview='{"product_name":"RabbitMQ","product_version":"4.1.0","cluster_name":"c","object_totals":{"connections":12,"queues":3000},"queue_totals":{"messages":1240}}'
node='"mem_used":10,"mem_limit":100,"disk_free":9000000000,"fd_used":1,"fd_total":100,"proc_used":1,"proc_total":100'
ok='{"status":"ok"}'

api overview 200 "$overview" health/checks/alarms 503 '{"status":"failed","reason":"alarms","alarms":[{"node":"rabbit@b","resource":"disk"},{"node":"rabbit@c","resource":"memory"}]}' \
	health/checks/virtual-hosts 503 '{"status":"failed","reason":"Some virtual hosts are down","virtual-hosts":["shop"]}' \
	health/checks/node-is-quorum-critical 503 '{"status":"failed","reason":"quorum","queues":[{"name":"orders"}]}' \
	nodes "200" "[{\"name\":\"rabbit@a\",\"running\":true,\"partitions\":[\"rabbit@b\"],$node},{\"name\":\"rabbit@b\",\"running\":true,\"partitions\":[],\"mem_used\":90,\"mem_limit\":100,\"disk_free\":500,\"disk_free_limit\":1000,\"fd_used\":97,\"fd_total\":100},{\"name\":\"rabbit@c\",\"running\":false}]" \
	queues 200 '{"items":[{"name":"orders","state":"minority"},{"name":"mail","state":"running","messages_ready":0,"messages_unacknowledged":2,"consumers":3,"message_stats":{"publish":5}},{"name":"new","state":"running"}],"filtered_count":3000}'
check 'a cluster in trouble' -s 2 -o ignore -- ir-deps -j --all
row broker ok 'RabbitMQ 4.1.0, 12 connections, 3,000 queues, 1,240 messages'
row broker/alarms fail 'publishers are blocked: alarm of disk on rabbit@b, memory on rabbit@c'
row broker/node fail 'rabbit@a is parted from 1 node; rabbit@c does not run; virtual hosts are down: shop; no more node may be lost, or queues stop: orders'
row broker/memory warn '90 B of memory used on rabbit@b, publishers are blocked at 100 B'
row broker/disk warn '500 B of disk free on rabbit@b, publishers are blocked below 1000 B'
row broker/files fail '97 of 100 file descriptors used on rabbit@b'
row broker/connections ok '12 connections'
row broker/queues fail 'orders is minority'
row broker/rabbitmq/mail ok '3 workers, 2 running'
row broker/rabbitmq/orders unknown 'how many are pending could not be read'

api overview 200 '{"rabbitmq_version":"3.6.1","object_totals":{"connections":0,"queues":0}}' nodes 200 "[{\"name\":\"rabbit@a\",\"running\":true,\"partitions\":[],$node}]" \
	queues 200 '{"items":[],"filtered_count":0}'
check 'an old one without health checks' -o ignore -- ir-deps -j --all
row broker ok 'RabbitMQ 3.6.1, 0 connections, 0 queues, 0 messages'
row broker/node ok 'the node runs'

api overview 200 "$overview" health/checks/alarms 500 oops nodes 500 oops queues 200 '<html>'
check 'answers that are none' -s 2 -o ignore -- ir-deps -j --all
row broker/alarms unknown 'alarms are not known'
row broker/node unknown 'nodes are not known: status 500'
row broker/queues unknown "queues are not known: what answers there is not RabbitMQ's management"

for body in '<html>hello</html>' '[]' '{}' '{"product_version":' '{"product_version":17}'; do
	api overview 200 "$body"
	check "it answers $body" -s 2 -o "like:unknown	.*what answers there is not RabbitMQ's management" -- ir-deps
done
api overview 301 'x'
check 'redirects are not followed with a password' -s 2 -o 'like:unknown	.*the management answers with status 301' -- ir-deps
api overview 503 'x'
check 'not up' -s 1 -o 'like:fail	.*the management answers with status 503' -- ir-deps
api overview 401 '{"error":"not_authorised","reason":"Login failed"}'
check 'a login that fails' -s 2 -o 'like:unknown	.*the management refuses user or password' -- ir-deps
done_testing
