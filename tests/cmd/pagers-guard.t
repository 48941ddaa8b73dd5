#!/usr/bin/env bash
# pagers-guard.t - every request to PagerDuty and Opsgenie passes the vendor's own OpenAPI document, every one to GoAlert its schema
#
# IR_API_DOCS names the folder of the documents; the validators are in ../../tools of it. Grafana OnCall and Jira Service Management have published none: of their requests
# alerts-pagers.t has what our own fakes take.
. "${0%/*}/../lib.sh"
. "$TOP/tests/fakes/pagers.sh"
need node npm jq curl
[ -r "${IR_API_DOCS:-/none}/pagerduty-rest-v2.json" ] || { skip api-docs 'IR_API_DOCS names no folder of documents' && done_testing && exit; }

# Node finds packages beside the program that wants them.
NODE=$TOP/build/node
node_up() {
	mkdir -p "$NODE" && cp "$IR_API_DOCS"/../../tools/{guard,goalert-mock}.mjs "$NODE" || return
	exec 9>"$NODE/lock" && flock -w 120 9 || return
	[ -d "$NODE/node_modules/ajv-formats" ] && [ -d "$NODE/node_modules/@graphql-tools/mock" ] ||
		(cd "$NODE" && HOME=$T/home timeout 120 npm install --silent --no-audit --no-fund --no-save ajv@8 ajv-formats@3 graphql@16 @graphql-tools/schema@10 @graphql-tools/mock@9) >"$T/npm.log" 2>&1
	local status=$?
	exec 9>&-
	return $status
}
node_up || { diag "$(tail -5 "$T/npm.log")" && skip node-packages 'npm could not install them' && done_testing && exit; }

PD=$(free_port) OG=$(free_port) GA=$(free_port)
spawn node "$NODE/guard.mjs" "$IR_API_DOCS/pagerduty-rest-v2.json" "$PD"
spawn node "$NODE/guard.mjs" "$IR_API_DOCS/opsgenie-v2.json" "$OG"
spawn node "$NODE/goalert-mock.mjs" "$IR_API_DOCS/goalert.schema.graphql" "$GA"
for p in "$PD" "$OG" "$GA"; do await 60 curl -s "http://127.0.0.1:$p/" >/dev/null; done
fakes "pd=$PD" "og=$OG" "ga=$GA"
export IR_TEST_NOW=2026-02-01T02:30:00Z
# What has no document with it, GoAlert takes from the key: there is nothing to judge.
refused() { asked "$1" '[.[] | select(.refused and (.kind != "ga" or .body.query)) | {method, path, refused}]'; }

# A judge that finds nothing wrong in anything would be of no use.
curl -s -X PUT "$FAKES/pd/incidents" -H 'Authorization: Token token=tok-ana' -H 'Content-Type: application/json' -H 'Accept: x' -d '{"incidents":[{"id":"PD00000"}]}' >/dev/null
like 'a wrong request to PagerDuty is refused' "$(refused pd)" 'missing header parameter From.*must have required property .*type'
curl -s "$FAKES/og/v2/alerts?limit=100&offset=0&state=open" -H 'Authorization: GenieKey tok-ana' >/dev/null
like 'a wrong request to Opsgenie is refused' "$(refused og)" 'unknown query parameter state'
curl -s "$FAKES/ga/api/graphql" -H 'Authorization: Bearer ey-ana' -d '{"operationName":"Ack","variables":{"i":{"filterByStatus":["StatusUnacknowledged"]}},"query":"query Ack { alerts { nodes { colour } } }"}' >/dev/null
like 'a wrong request to GoAlert is refused' "$(refused ga)" 'Cannot query field'

for who in ana nobody; do
	pagers_of $who pd ga og
	[ $who = ana ] || sed -i 's/type = pagerduty/&\nuser = ben@example.org/' "$IR_CONF"
	# an older GoAlert wants the document with each request: the schema can judge it then
	world ga '{"n":3,"key":"old"}' && world og '{"n":103}' && world pd '{"n":103}'
	now_ids
	is "$who: all are listed" "$(wc -w <<<"$IDS")" 209
	check "$who: acked" -s $([ $who = ana ] && echo 0 || echo 4) -o ignore -e ignore -- ir-ack -m 'looking' --for 1h $(for p in pd ga og; do now_ids --pager $p; head -12 <<<"$IDS"; done)
	[ $who = ana ] || break
	check 'renewed' -o lines:12 -o 'unlike:	(failed|unknown|noop|refused)	' -- ir-ack --renew
	is 'each is held for longer once by the ack, and once by this' "$(asked pd 'map(select(.path | endswith("/snooze"))) | length')" 24
	now_ids --pager pd
	check 'given back' -o ignore -e ignore -s 0 -- ir-ack --undo $IDS
	now_ids --pager og
	check 'given back, of Opsgenie' -o ignore -e ignore -s 0 -- ir-ack --undo $(head -3 <<<"$IDS")
	for kind in pd og ga; do is "$kind: no request is refused" "$(refused $kind)" '[]'; done
	like 'PagerDuty was asked in all ways' "$(asked pd 'map("\(.method) \(.path | gsub("PD[0-9]+"; "ID"))") | unique | join(" ")')" 'GET /incidents GET /users/me POST /incidents/ID/snooze PUT /incidents'
	like 'Opsgenie was asked in all ways' "$(asked og 'map("\(.method) \(.path | gsub("(og|rq)-[-0-9]+"; "ID"))") | unique | join(" ")')" 'GET /v2/alerts GET /v2/alerts/requests/ID POST /v2/alerts/ID/acknowledge POST /v2/alerts/ID/unacknowledge'
	is 'GoAlert was asked in all ways' "$(asked ga 'map(.body.operationName) | unique | join(" ")')" '"Ack Acked Open"'
	is 'and the document was sent, once it was asked for' "$(asked ga 'map(select(.body.query)) | length > 3')" true
done
for kind in pd og; do is "$kind, a key that is nobody's: no request is refused" "$(refused $kind)" '[]'; done
done_testing
