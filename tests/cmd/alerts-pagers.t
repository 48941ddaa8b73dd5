#!/usr/bin/env bash
# alerts-pagers.t - PagerDuty, GoAlert, Grafana OnCall, Opsgenie and Jira Service Management: listed, acked, given back; what each says when something is wrong
#
# All before fakes of our own (tests/fakes/pagers.py), which keep state and fail when told to; none of it was recorded from a real one.
. "${0%/*}/../lib.sh"
. "$TOP/tests/fakes/pagers.sh"
need jq curl
fakes
export IR_TEST_NOW=2026-02-01T02:30:00Z
acked='[.[] | select(.state == "acked")] | length'

# ---- 251 incidents, and more
pagers_of ana pd
world pd '{"n":251}'
now_ids
is 'all of three pages' "$(wc -w <<<"$IDS")" 251
check 'acked' -o lines:251 -o 'unlike:	(failed|unknown|noop|refused)	' -o 'like:	done	.*acked until 0[23]:[0-9][0-9]Z' -- ir-ack $IDS
is 'in two PUTs' "$(asked pd '[.[] | select(.method == "PUT") | .body.incidents | length]')" '[250,1]'
is 'the gravest first, then the newest' "$(asked pd '[.[] | select(.method == "PUT") | .body.incidents[].id] | [.[0], .[125], .[126], .[-1]]')" '["PD00249","PD00250","PD00248","PD00000"]'
is 'in the name of whose key it is' "$(asked pd '[.[] | select(.method == "PUT") | .from] | unique')" '["ana@example.org"]'
is 'once each' "$(state pd '[.[] | select(.acks == ["ana"])] | length')" 251
check 'again: nothing to do' -o lines:251 -o 'unlike:	(done|failed)	' -o 'like:	noop	.*Ana has it already until' -- ir-ack $IDS
check 'given back' -o lines:251 -o 'unlike:	(failed|noop)	' -- ir-ack --undo $IDS
is 'all of them' "$(state pd '[.[] | select(.state == "open")] | length')" 251

# ---- resolved in between: never opened again
for when in list put; do
	world pd '{"n":5}'
	now_ids
	# the list that is taken right before the PUT shows it; or, with the PUT under way, nobody could know
	case $when in
	list) world pd '{"n":5,"before":[{"method":"GET","path":"^/incidents.?statuses","skip":1,"resolve":[1,3]}]}' ;;
	put) world pd '{"n":5,"before":[{"method":"PUT","resolve":[1,3]}]}' ;;
	esac
	check "$when: the others are acked" -o ignore -- ir-ack $IDS
	if [ $when = list ]; then
		is 'what was resolved is left alone' "$(state pd '[.[] | select(.reopened) | .n]')" '[]'
		is 'and told' "$(grep -c '	noop	.*resolved in between' <<<"$OUT")/$(grep -c '	done	' <<<"$OUT")" 2/3
		is 'it was in no PUT' "$(asked pd '[.[] | select(.method == "PUT") | .body.incidents[].id] | sort | join(" ")')" '"PD00000 PD00002 PD00004"'
	else
		is 'the fake does open again what is acked when it is resolved' "$(state pd '[.[] | select(.reopened) | .n]')" '[1,3]'
	fi
done

# ---- pages that move: what the list does not show is looked at by itself
world pd '{"n":5}'
now_ids
world pd '{"n":5,"faults":[{"method":"GET","path":"^/incidents.statuses","skip":1,"status":200,"body":"{\"incidents\":[],\"more\":false}"}]}'
check 'none in the list, and all still triggered' -o lines:5 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack $IDS
is 'each was looked at, and acked' "$(state pd "$acked") $(asked pd '[.[] | select(.path | test("^/incidents/PD"))] | length')" '5 5'

# ---- a list that moves while it is read: nobody is missed
for gone in 5 31; do
	for kind in pd og jsm oc; do
		case $kind in
		pd) path='offset=90' ;;
		oc) path='page=2' ;;
		*) path='offset=90' ;;
		esac
		pagers_of ana $kind
		world $kind "{\"n\":150,\"before\":[{\"method\":\"GET\",\"path\":\"$path\",\"resolve\":$(jq -nc "[range($gone)]")}]}"
		ir-alerts -c subject -o tsv --no-header >"$T/listed" 2>"$T/err"
		is "$kind: $gone went while it was read, and all others are listed" "$(grep -oE '[0-9]+' "$T/listed" | sort -n | awk -v from=$gone '$1 >= from' | wc -l) $(cat "$T/err")" "$((150 - gone)) "
	done
done
pagers_of ana pd
world pd "$(jq -nc '{n: 250, before: [range(8) | {path: "offset=90", skip: ., resolve: [range(. * 20; . * 20 + 20)]}]}')"
check 'a list that moves for ever' -s 2 -o 'like:	unknown	.*its list changes faster than it can be read: it may not be whole' -e ignore -- ir-alerts -T 20s

# ---- refusals
pagers_of ana pd
world pd '{"n":251,"cap":100}'
now_ids
check '413: fewer at a time' -o lines:251 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack $IDS
is 'halved until it fits' "$(asked pd '[.[] | select(.method == "PUT") | .body.incidents | length]')" '[250,125,62,62,62,62,3]'
world pd "{\"n\":100,\"refuse\":$(jq -nc '[range(100)]')}"
now_ids
check '100 refused' -s 1 -o lines:100 -o 'unlike:	(done|noop|unknown)	' -o 'like:	failed	.*Incident PD[0-9]* may not be changed' -- ir-ack $IDS
ok 'without asking for each' [ "$(asked pd '[.[] | select(.method == "PUT")] | length')" -lt 20 ]
is 'none was acked' "$(state pd "$acked")" 0
world pd '{"n":20,"refuse":[7]}'
now_ids
check 'one of them refused' -s 4 -o lines:20 -o 'like:	failed	.*disk 7 is full	.*HTTP status 400.*Invalid Input Provided: Incident PD00007 may not be changed' -- ir-ack $IDS
is 'the others are acked' "$(state pd "$acked")" 19

# ---- rates
world pd '{"n":3,"faults":[{"method":"PUT","status":429,"headers":{"ratelimit-reset":"1"},"body":"{}"}]}'
now_ids
check '429: again after its reset' -o lines:3 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack $IDS
is 'asked twice' "$(asked pd '[.[] | select(.method == "PUT")] | length')" 2
world pd '{"n":3,"faults":[{"method":"PUT","times":9,"status":429,"headers":{"ratelimit-reset":"600"},"body":"{\"error\":{\"message\":\"Rate Limit Exceeded\"}}"}]}'
check '429 beyond the deadline' -s 1 -o lines:3 -o "like:	failed	.*pager 'pd' takes no more requests at present \(HTTP status 429\): Rate Limit Exceeded" -- ir-ack -T 5s $IDS
is 'and not asked again' "$(asked pd '[.[] | select(.method == "PUT")] | length')" 1
world pd '{"n":3,"faults":[{"method":"PUT","times":9,"status":429,"headers":{"ratelimit-reset":"7200"},"body":"{}"}]}'
check '429 for hours' -s 1 -o lines:3 -o "like:	failed	.*HTTP status 429" -- ir-ack -T 5s $IDS
is 'nor asked again' "$(asked pd '[.[] | select(.method == "PUT")] | length')" 1

# ---- lists without end
world pd '{"n":150,"forever":"same"}'
check 'more: true for ever, and no new ones' -s 2 -o lines:101 -o "like:	unknown	.*pager 'pd' says that there are more open alerts, and sends none" -e ignore -- ir-alerts
is 'two requests tell' "$(asked pd '[.[] | select(.path == "/incidents")] | length')" 2
world pd '{"n":1,"forever":"new"}'
check 'more: true for ever, always new ones' -s 2 -o lines:10001 -o "like:	unknown	.*pager 'pd' has more than 10000 open alerts" -e ignore -- ir-alerts
for kind in ga oc og jsm; do
	pagers_of ana $kind
	world $kind '{"n":250,"forever":true}'
	check "$kind: a list without end is stopped" -s 2 -o "like:	unknown	.*pager '$kind' says that there are more open alerts, and sends none" -e ignore -- ir-alerts
	ok "$kind: soon" [ "$(asked $kind length)" -lt 12 ]
done

# ---- what is wrong with an answer to the list: one sentence, with the fix
fault() { printf '{"n":3,"faults":[{"path":"%s","times":9,%s}]}' "$1" "$2"; }
lists='pd|^/incidents|ga|graphql|oc|alert_groups|og|alerts|jsm|alerts'
IFS='|' read -r -a lists <<<"$lists"
for ((i = 0; i < ${#lists[@]}; i += 2)); do
	kind=${lists[i]} path=${lists[i + 1]}
	pagers_of ana $kind
	wrong() {
		world $kind "$(fault "$path" "$2")"
		check "$kind: $1" -s "${4:-2}" -o lines:1 -o "like:	unknown	.*pager '$kind'.*$3" -e ignore -- ir-alerts -T 3s -t 500ms
	}
	wrong 401 '"status":401,"body":"{\"message\":\"who?\"}"' 'does not take our credentials \(HTTP status 401\): who\?'
	like "$kind: and the fix" "$OUT$ERR" 'renew them'
	wrong 403 '"status":403,"body":"{\"detail\":\"no way\"}"' 'does not allow this \(HTTP status 403\): no way'
	like "$kind: and the right" "$OUT$ERR" "give the key of pager '$kind' the right"
	wrong 404 '"status":404' 'knows no such thing \(HTTP status 404\)'
	like "$kind: and the key" "$OUT$ERR" 'see whether url, written at .*ir.conf:2|see whether url, written at .*ir.conf:1'
	wrong 500 '"status":500,"body":"{\"error\":{\"message\":\"oh\",\"errors\":[\"my\"]}}"' 'answers with HTTP status 500: oh: my'
	wrong 'hangs' '"do":"hang"' 'no answer|time|within'
	wrong 'a truncated body' '"do":"cut"' ''
	wrong 'no JSON' '"status":200,"body":"{\"incidents\":[{"' 'it is not JSON, or broke off'
	wrong 'a web page' '"status":200,"body":"<!DOCTYPE html><title>Login</title>"' 'it is a web page'
	wrong 'other JSON' '"status":200,"body":"{\"status\":\"up\"}"' 'what answers there is not'
done

# ---- an ack whose answer is lost is read back
pagers_of ana pd
world pd '{"n":3}'
now_ids
world pd '{"n":3,"faults":[{"method":"PUT","do":"hang","after":true}]}'
check 'it was done, and the answer never came' -o lines:3 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack -t 500ms -T 8s $IDS
is 'it was not sent again' "$(state pd '[.[].acks]') $(asked pd '[.[] | select(.method == "PUT")] | length')" '[["ana"],["ana"],["ana"]] 1'
world pd '{"n":3,"faults":[{"method":"PUT","do":"hang"}]}'
check 'it hangs, and nothing came of it' -s 2 -o lines:3 -o 'like:	unknown	.*read back: PagerDuty still shows it triggered' -- ir-ack -t 500ms -T 8s $IDS
world pd '{"n":3,"faults":[{"method":"PUT","status":500,"after":true,"body":"oops"}]}'
check '500, and it was done' -o lines:3 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack -T 8s $IDS
for status in 401 403 404; do
	world pd "{\"n\":3,\"faults\":[{\"method\":\"PUT\",\"times\":9,\"status\":$status}]}"
	check "$status to the ack" -s 1 -o lines:3 -o "like:	failed	.*HTTP status $status" -- ir-ack -T 8s $IDS
	is "$status: asked once" "$(asked pd '[.[] | select(.method == "PUT")] | length')" 1
done

# ---- in whose name
pagers_of nobody pd
world pd '{"n":2}'
now_ids
check 'a key that is nobody’s' -s 3 -o lines:2 -o 'like:	refused	.*in whose name' -e 'has:write user = E-MAIL' -- ir-ack $IDS
check 'and its list is had all the same' -s 1 -o lines:2 -- ir-alerts
check 'but not what is mine' -s 2 -o 'like:	unknown	.*does not know who we are there' -e ignore -- ir-alerts --mine
sed -i 's/^type = pagerduty/&\nuser = ben@example.org/' "$IR_CONF"
check 'with user' -o lines:2 -o 'like:	done	' -- ir-ack $IDS
is 'it is theirs' "$(state pd '[.[].acks[0]] | unique')" '["ben"]'
sed -i 's/ben@example.org/ana@example.org/' "$IR_CONF"
check 'what somebody else has is not given back' -s 3 -o 'like:	refused	.*somebody else acknowledged it: say --anyone' -- ir-ack --undo $IDS
check 'but with --anyone' -o 'like:	done	' -- ir-ack --undo --anyone $IDS
world pd '{"n":2,"assigned":["ben"]}'
check 'what pages somebody else' -s 3 -o 'like:	refused	.*it pages Ben' -- ir-ack $IDS
check 'is not mine' -o empty -- ir-alerts --mine
check 'but with --anyone, too' -o 'like:	done	' -- ir-ack --anyone $IDS

# ---- GoAlert: keys
pagers_of ana ga
for key in new old; do
	world ga "{\"n\":501,\"key\":\"$key\"}"
	now_ids
	check "a key of the $key kind" -o lines:501 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack $IDS
	is "$key: in two mutations" "$(asked ga '[.[] | select(.body.operationName == "Ack" and ((.body.query // "x") != "")) | .body.variables.i.alertIDs | length]')" '[500,1]'
	is "$key: the document is sent where it has to be" "$(asked ga '[.[] | select(.body.query)] | length > 0')" "$([ $key = old ] && echo true || echo false)"
done
world ga '{"n":3,"key":"other"}'
check 'a key of another document' -s 2 -o 'like:	unknown	.*refuses: wrong query for API key' -e ignore -- ir-alerts
like 'and the fix' "$OUT$ERR" 'make a key of GoAlert.s GraphQL API with the query that ir-alerts\(1\) prints'
world ga '{"n":4}'
now_ids
world ga '{"n":4,"before":[{"path":"graphql","skip":2,"resolve":[2]}]}'
check 'closed in between' -o lines:4 -o 'like:	noop	.*closed in between' -- ir-ack $IDS
pagers_of nobody ga
world ga '{"n":3}'
now_ids
check 'a key without the right' -s 1 -o lines:3 -o 'like:	failed	.*refuses: access denied' -- ir-ack $IDS

# ---- OnCall: one by one
pagers_of ana oc
world oc '{"n":120}'
now_ids
is 'pages of fifty' "$(wc -w <<<"$IDS")" 120
check 'acked' -o lines:120 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack $IDS
is 'the critical ones first, the newest of them first' "$(asked oc '[.[] | select(.method == "POST") | .path | capture("IG(?<n>[0-9]+)").n | tonumber] | [.[0], .[1], .[39], .[40], .[119]]')" '[117,114,0,118,2]'
world oc '{"n":3,"before":[{"method":"POST","resolve":[0]}]}'
now_ids
check 'resolved in between' -o lines:3 -o 'like:	noop	.*resolved in between' -- ir-ack $IDS
world oc '{"n":60,"next":"http://127.0.0.2:1/elsewhere"}'
check 'a next page on another server is asked of ours' -s 1 -o lines:60 -- ir-alerts
world oc '{"n":30,"faults":[{"method":"POST","skip":12,"times":99,"status":429,"headers":{"RateLimit-Reset":"240"},"body":"{\"detail\":\"slow down\"}"}]}'
now_ids
check 'its rate is used up' -s 4 -o lines:30 -o 'like:	failed	.*not sent: .*takes no more requests' -- ir-ack -T 6s $IDS
is 'what was reached is done' "$(state oc "$acked")/$(grep -c '	done	' <<<"$OUT")" 12/12
world oc '{"n":30,"faults":[{"method":"POST","skip":12,"do":"hang"}]}'
check 'it hangs until the deadline' -s 4 -o lines:30 -o "like:	failed	.*not sent: pager 'oc': no answer within" -o "like:	unknown	.*pager 'oc': no answer within" -- ir-ack -T 2s -t 9s $IDS
is 'what it took is done; of one it is not known' "$(grep -c '	done	' <<<"$OUT")/$(grep -c '	unknown	' <<<"$OUT")" 12/1
world oc '{"n":30,"faults":[{"method":"GET","path":"alert_groups","skip":3,"do":"hang"}]}'
check 'it hangs when it is read back' -o lines:30 -o 'unlike:	(failed|unknown|noop)	' -o 'like:	done	.*not read back: the deadline came first|	done	' -- ir-ack -T 2s -t 9s $IDS
world oc '{"n":2}'
check '--for is for those that can' -o ignore -e 'has:holds there until it is taken back: --for changes nothing' -- ir-ack --for 1h $IDS
pagers_of nobody oc
world oc '{"n":3}'
now_ids
check 'a service account’s token' -s 1 -o lines:3 -o 'like:	failed	.*HTTP status 403.*set token-file to that user.s own key' -- ir-ack $IDS

# ---- Opsgenie and JSM: done later
for kind in og jsm; do
	pagers_of ana $kind
	world $kind '{"n":105,"polls":0}'
	now_ids
	is "$kind: all of two pages" "$(wc -w <<<"$IDS")" 105
	world $kind '{"n":4,"polls":2,"wrong_result":[2]}'
	now_ids
	check "$kind: taken, and done later" -s 4 -o lines:4 -o 'like:	done	' -o 'like:	failed	.*latency of 2.*did not do it: Alert is not there' -- ir-ack -m 'on it' $IDS
	is "$kind: each was asked for once" "$(asked $kind '[.[] | select(.method == "POST")] | length')" 4
	world $kind '{"n":2,"polls":999}'
	now_ids
	check "$kind: not done before the deadline as far as its request says" -o lines:2 -s 0 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack -T 2s $IDS
	world $kind '{"n":2}'
	check "$kind: acked" -o 'like:	done	' -- ir-ack $IDS
	check "$kind: given back" -o lines:2 -o 'unlike:	(failed|noop|unknown)	' -- ir-ack --undo $IDS
	is "$kind: both of them" "$(state $kind "$acked")" 0
	world $kind '{"n":2,"faults":[{"method":"POST","times":9,"status":422,"body":"{\"message\":\"Request body is not processable\"}"}]}'
	check "$kind: 422" -s 1 -o lines:2 -o 'like:	failed	.*HTTP status 422: Request body is not processable' -- ir-ack $IDS
	world $kind '{"n":2,"before":[{"method":"POST","resolve":[1]}]}'
	check "$kind: closed in between" -o 'like:	noop	.*latency of 1	closed in between' -- ir-ack $IDS
done
world jsm '{"n":2,"polls":999,"myself":false}'
check 'jsm: who we are there is not told, nor whether it was done' -s 2 -o lines:2 -o 'like:	unknown	.*took it as request rq-[-0-9]*, and had not done it before the deadline' -- ir-ack -T 2s $IDS
done_testing
