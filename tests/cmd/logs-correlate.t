#!/usr/bin/env bash
# ir-logs --correlate: errors of different services that belong together, by ids and by time, and what does not
. "${0%/*}/../lib.sh"

need jq
export IR_TEST_NOW=2026-02-01T03:00:00Z DOCKER_HOST=unix://$T/no-engine.sock
unset LOKI_ADDR

# stamp MILLISECONDS: so long after 02:00
stamp() { printf '2026-02-01T02:%02d:%02d.%03dZ' $(($1 / 60000 % 60)) $(($1 / 1000 % 60)) $(($1 % 1000)); }
service() { printf '[logs "%s"]\n\tpath = %s/%s.log\n\tservice = %s\n' "$1" "$PWD" "$1" "$1"; }
{ service web && service worker && service db; } >"$IR_CONF"
: >db.log

# A shop: the web queues, the worker fails for one of ten, and the web then answers 500. Something else fails in the web alone.
for ((i = 0; i < 300; i++)); do
	t=$((i * 10000))
	id=$(printf '%032x' $((i * 7919 + 1000003)))
	echo "{\"time\":\"$(stamp $t)\",\"level\":\"info\",\"msg\":\"order accepted for checkout\",\"trace_id\":\"$id\"}"
	((i % 10)) || echo "{\"time\":\"$(stamp $((t + 900)))\",\"level\":\"error\",\"msg\":\"answered 500 to the customer\",\"trace_id\":\"$id\"}"
	((i % 10 != 5)) || echo "{\"time\":\"$(stamp $((t + 950)))\",\"level\":\"error\",\"msg\":\"template basket is broken\",\"trace_id\":\"$id\"}"
done >web.log
for ((i = 0; i < 300; i++)); do
	t=$((i * 10000 + 300))
	id=$(printf '%032x' $((i * 7919 + 1000003)))
	echo "$(stamp $t) INFO celery.worker [trace_id=$id] task charge received"
	((i % 10)) || cat <<-END
	$(stamp $((t + 200))) ERROR celery.worker [trace_id=$id] task charge raised
	Traceback (most recent call last):
	  File "/app/shop/tasks.py", line 42, in charge
	    total(cart)
	ValueError: cart $i is empty
	END
done >worker.log

# ---- by ids

check 'a chain' -e ignore -s 1 -o save:"$T/rows" -- ir-logs --correlate
is 'comes first' "$(sed -n 1p "$T/rows" | cut -c 1-4)" chn-
is 'there is another one of what failed in one service alone' "$(grep -c ^chn- "$T/rows")" 2
like 'it says what went wrong, the cause first' "$(sed -n 1p "$T/rows")" \
	$'\tfail\tworker\tworker\\+web\tworker: .*task charge raised \| ValueError: .* -> web: answered .* \\(30 traces, as 000000000000[0-9a-f]{4}…\\)$'
like 'what the other service said before an error is context' "$(sed -n 2p "$T/rows")" $'\tfail\tweb\tworker\\+web\tworker: .*task charge received -> web: template basket is broken \\(30 traces'
check 'as JSON' -e ignore -s 1 -o save:"$T/json" -- ir-logs --correlate -j
is 'members' "$(head -1 "$T/json" | jq -c '[.kind, .how, .services, .offsets_ms, .ids, .level, .first_seen, .last_seen, .time, (.examples | length), .note]')" \
	'["chain","trace",["worker","web"],[0,400],30,"error","2026-02-01T02:00:00.500Z","2026-02-01T02:48:20.900Z","2026-02-01T02:48:20.900Z",3,null]'
is 'it rests on patterns' "$(jq -r 'select(.kind == "chain") | .refs[]' "$T/json" | sort -u | tr '\n' ' ')" \
	"$(jq -r 'select(.kind == "pattern") | select(.template | test("accepted") | not) | .id' "$T/json" | sort | tr '\n' ' ')"
is 'in the order of its services' "$(jq -rn --slurpfile r "$T/json" '$r[0].refs[] as $id | $r[] | select(.id == $id) | .service' | tr '\n' ' ')" 'worker web '
chain=$(head -1 "$T/rows" | cut -f1)
check 'the handle gives it back' -o 'has:task charge raised' -o has:worker -- ir-show "$chain"
check 'another run has the same handle' -s 1 -e ignore -o like:"^$chain" -- ir-logs --correlate --top 0
check 'a pattern of it' -o 'like:^pat-' -- ir-logs "$(head -1 "$T/json" | jq -r '.refs[0]')"
check 'one service has none' -o unlike:^chn- -e like:'no errors of different services belong together' -- ir-logs --correlate -s web
check 'when nothing went wrong' -e like:'no errors of different services belong together' -o unlike:^chn- -- ir-logs --correlate -S 02:49:20 -U 02:49:45

# ---- what belongs to nothing

sed 's/trace_id/other/; s/=0000/=1111/' worker.log >w && mv w worker.log
check 'ids that are not shared' -o unlike:'^chn-.*traces' -e like:'belong together' -- ir-logs --correlate
grep -v ERROR worker.log | grep -v '^[ T V]' >w && mv w worker.log
grep -v error web.log >w && mv w web.log
check 'requests without an error' -o unlike:^chn- -e like:'no errors of different services belong together$' -- ir-logs --correlate
printf '2026-02-01T02:00:01Z ERROR no id\n' >web.log
: >worker.log
check 'no ids at all are said' -o unlike:^chn- -e 'like:no line names a request, trace or job$' -- ir-logs --correlate

# ---- requests and their jobs

for ((i = 0; i < 20; i++)); do
	echo "$(stamp $((i * 1000))) INFO [req=request-$i-a] job_id=job-number-$i queued" >>web.log
	echo "$(stamp $((i * 1000 + 50))) ERROR job_id=job-number-$i went wrong" >>worker.log
done
check 'a job is its request'"'s" -s 1 -e ignore -o 'like:^chn-.*	worker	web\+worker	web: .*queued -> worker: .*went wrong.* \(20 requests, as request-0-a\)$' -- ir-logs --correlate

# ---- logs that belong to no service

: >"$IR_CONF"
check 'files stand for services' -s 1 -e ignore -o 'like:^chn-.*	-	web.log\+worker.log	web.log: .* -> worker.log: ' -- ir-logs --correlate web.log worker.log

# ---- by time

{ service web && service db; } >"$IR_CONF"
for ((i = 0; i < 3000; i += 3)); do
	echo "$(stamp $((i * 1000))) INFO GET /cart"
	((i < 2400)) || echo "$(stamp $((i * 1000 + 500))) ERROR upstream timed out"
done >web.log
for ((i = 0; i < 3000; i += 5)); do
	echo "$(stamp $((i * 1000))) LOG checkpoint complete"
	((i < 2390)) || echo "$(stamp $((i * 1000))) FATAL too many clients already"
done >db.log
check 'errors that begin together' -e ignore -o save:"$T/rows" -- ir-logs --correlate
like 'co-occur' "$(sed -n 1p "$T/rows")" $'^chn-.*\twarn\tdb\tdb\\+web\tdb: .*too many clients already, web: .*upstream timed out \\(co-occur: they begin within 10s\\)$'
unlike 'and nothing is said of what causes what' "$(cat "$T/rows")" 'cause|->'
is 'as JSON' "$(ir-logs --correlate -j 2>/dev/null | head -1 | jq -c '[.how, .ids, .offsets_ms, .first_seen]')" '["time",null,[0,10500],"2026-02-01T02:39:50.000Z"]'
sed -i '/^2026-02-01T02:\(39\|40\).*FATAL/d' db.log
check 'a minute later is another thing' -o unlike:^chn- -e like:'belong together' -- ir-logs --correlate

# ---- what makes no sense

check 'chains of lines' -s 64 -o ignore -e like:exclude -- ir-logs --correlate --lines
check 'chains of ids of lines' -s 64 -o ignore -e like:exclude -- ir-logs --correlate --assign web.log
done_testing
