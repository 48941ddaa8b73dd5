#!/usr/bin/env bash
# ir-deps on what it knows no more of than an address: is the port open? And what all dependencies have in common: operands, deadline, output
. "${0%/*}/../lib.sh"

# peer_up MODE: a peer on port $PEER.
peer_up() {
	"$TOOLS/peer" "$@" >"$T/peer.out" 2>&1 </dev/null &
	at_end kill $!
	await 5 grep -q '^port' "$T/peer.out"
	PEER=$(sed -n 's/^port //p' "$T/peer.out")
}
peer_up silent && OPEN=$PEER
peer_up full && FULL=$PEER
SHUT=$(free_port)

check 'an open port is told as no more than that' -o "like:^chk-.*	ok	-	tcp://127.0.0.1:$OPEN	port open in [0-9.]+m?s \(no protocol check\)$" -- ir-deps "tcp://127.0.0.1:$OPEN"
check 'one that is shut is a failure, with what to do' -s 1 -o "like:	fail	-	tcp://127.0.0.1:$SHUT	.*refused" -e 'has:nothing listens there' -- ir-deps -v "tcp://127.0.0.1:$SHUT"
check 'one that never answers is not known' -s 2 -o "like:	unknown	-	tcp://127.0.0.1:$FULL	no answer within 200ms" -- ir-deps -t 200ms "tcp://127.0.0.1:$FULL"
check 'a name that is none' -s 2 -o 'like:	unknown	-	tcp://no-such-host.invalid:1	.*no-such-host.invalid' -- ir-deps tcp://no-such-host.invalid:1
check 'all at once, the worst first' -s 2 -o 'save:rows' -- ir-deps -t 200ms "tcp://127.0.0.1:$OPEN" "tcp://127.0.0.1:$FULL" "tcp://127.0.0.1:$SHUT"
is 'fail, unknown, ok' "$(cut -f 3 rows | xargs)" 'fail unknown ok'
check 'the same twice is once' -o lines:1 -- ir-deps "tcp://127.0.0.1:$OPEN" "tcp://127.0.0.1:$OPEN"

begin=$(date +%s%N)
check 'the deadline holds' -s 2 -o 'like:	unknown	.*no answer within' -- ir-deps -t 1h -T 400ms "tcp://127.0.0.1:$FULL"
took=$((($(date +%s%N) - begin) / 1000000))
ok "within it and 100 ms, and what it takes to start ($took ms)" [ "$took" -le 900 ]

check 'members' -o 'like:"name":"127.0.0.1:[0-9]+","type":"tcp","latency_ms":[0-9.]+,"attempts":1,.*"origin":"operand",.*"address":"127.0.0.1:[0-9]+","phase":"done",.*"dependency":"127' \
	-o 'like:"complete":true' -- ir-deps -j "tcp://127.0.0.1:$OPEN"
check 'for a scheduler' -o "like:^OK: 1 ok \| ok=1 warn=0 fail=0 unknown=0 time=[0-9.]+s '127.0.0.1:$OPEN'=[0-9.]+ms$" -- ir-deps -o nagios "tcp://127.0.0.1:$OPEN"
check 'a second look' -o 'has:"attempts":2' -- ir-deps -j --sample 100ms "tcp://127.0.0.1:$OPEN"

check 'a port has to be said' -s 64 -o like:^err- -e 'has:tcp://host:port' -- ir-deps tcp://localhost
check 'and nothing else' -s 64 -o like:^err- -e 'has:tcp://host:port' -- ir-deps tcp://localhost:1/shop
check 'a password is refused and not repeated' -s 64 -e 'lacks:hunter2' -e 'has:password-file' -- ir-deps tcp://me:hunter2@localhost:1
check 'what nobody knows' -s 64 -o like:^err- -e 'has:gopher is nothing that is known here' -- ir-deps gopher://localhost
done_testing
