#!/usr/bin/env bash
# A thousand endpoints, a hundred of which accept and never answer: all are told of, every healthy one as such, and the deadline is kept.
. "${0%/*}/../lib.sh"

need nginx
port=$(free_port) live='' dead=''
for ((i = 1; i <= 1000; i++)); do
	address=127.65.$((i / 250)).$((i % 250 + 1))
	printf '[check "c%d"]\nurl = http://%s:%d/\n' $i $address "$port"
	if ((i % 10)); then live+="listen $address:$port; "; else dead+="listen $address:$port; "; fi
done >"$IR_CONF"
nginx_up live 1 <<<"server { $live location / { return 200 ok; } }"
nginx_up dead <<<"server { $dead }"
kill -STOP "$NGINX"	# its kernel goes on to accept

export DOCKER_HOST=unix://$T/no-engine.sock
begin=${EPOCHREALTIME/./}
check 'the run is complete, and says what is not known' -s 2 -o lines:1001 -- ir-health -j -t 2s -T 2s
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
is 'nine hundred are well' "$(grep -c '"status":"ok"' "$T/out")" 900
is 'a hundred are not known' "$(grep -c '"kind":"check".*"status":"unknown".*no answer within' "$T/out")" 100
is 'each is told of once' "$(grep -o '"subject":"http[^"]*"' "$T/out" | sort -u | wc -l)" 1000
like 'the last line says so' "$(tail -n 1 "$T/out")" '"complete":true,"ok":900,"warn":0,"fail":0,"unknown":100'
ok "the deadline of 2000 ms was kept: $took ms, on a machine that has other things to do" [ $took -lt 4000 ]

# With as many descriptors as other systems give, too.
few() {
	ulimit -Sn 256
	ir-health -T 4s -o tsv --no-header --only ok | wc -l
}
check 'as many with few descriptors to begin with' -o is:900 -- few
fewest() {
	ulimit -n 64
	ir-health -t 300ms -T 20s -o tsv --no-header --only ok | wc -l
}
check 'and with few that is all there will be: in turn' -o is:900 -- fewest
done_testing
