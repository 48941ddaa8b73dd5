#!/usr/bin/env bash
# deps-redis.t - every way in which a real Redis, its replica, its sentinels hurt: produced, found, and gone after healing
. "${0%/*}/../lib.sh"
need redis jq openssl
PLANTED=pl4nted-s3cret

# server NAME [OPTION…]: a redis-server of its own directory on $PORT; its id is in $SPAWNED
server() {
	local name=$1
	shift
	PORT=$(free_port) && mkdir -p "$T/$name" || return
	spawn redis-server --port "$PORT" --bind 127.0.0.1 --save '' --dir "$T/$name" --enable-debug-command yes --repl-diskless-sync-delay 0 "$@"
	await 10 eval "redis-cli -p $PORT ping 2>&1 | grep -Eq 'PONG|NOAUTH|NOPERM'"
}

cli() {
	redis-cli -p "$PORT" "$@"
}

# row MEASURE STATUS ERE: of the look that was just taken, in $OUT; MEASURE '' is the own row
row() {
	jq -r --arg m "$1" 'select(.kind == "check" and (.measure // "") == $m) | "\(.status): \(.summary)"' <<<"$OUT" >"$T/row"
	like "${4:-${1:-own row}: $2, $3}" "$(cat "$T/row")" "^$2: .*$3"
}

# look NAME STATUS WORDS…
look() {
	local name=$1 status=$2
	shift 2
	check "$name" -s "$status" -o ignore -e ignore -- ir-deps -j --all "$@"
}

server main --maxmemory 64mb
URL=redis://127.0.0.1:$PORT
look 'a Redis that is well' 0 "$URL"
row '' ok 'Redis 7[0-9.]* master, [0-9]+ of [0-9]+ clients, .* of 64.0 MiB, ping [0-9.]+m?s$'
row restarted warn 'started'
row clients ok 'clients connected'

# clients, and connections refused
look 'a first look' 0 "$URL"
cli config set maxclients 10 >/dev/null
exec {f1}<>"/dev/tcp/127.0.0.1/$PORT" {f2}<>"/dev/tcp/127.0.0.1/$PORT" {f3}<>"/dev/tcp/127.0.0.1/$PORT" {f4}<>"/dev/tcp/127.0.0.1/$PORT"
exec {f5}<>"/dev/tcp/127.0.0.1/$PORT" {f6}<>"/dev/tcp/127.0.0.1/$PORT" {f7}<>"/dev/tcp/127.0.0.1/$PORT" {f8}<>"/dev/tcp/127.0.0.1/$PORT"
look 'nine of ten' 0 "$URL"
row clients warn '9 of 10 clients'
exec {f9}<>"/dev/tcp/127.0.0.1/$PORT"
look 'ten of ten' 1 "$URL"
row clients fail '10 of 10 clients'
exec {f10}<>"/dev/tcp/127.0.0.1/$PORT"
await 5 eval "[ \$(grep -c ':$(printf %04X "$PORT") ' /proc/net/tcp) -gt 20 ]"
look 'no place left' 1 "$URL"
row '' fail 'takes no more clients'
for f in f1 f2 f3 f4 f5 f6 f7 f8 f9 f10; do eval "exec {$f}>&-"; done
await 5 eval "[ \"\$(redis-cli -p $PORT config set maxclients 1000)\" = OK ]"
await 5 later
look 'healed: what was refused is told once' 1 "$URL"
row clients ok 'of 1000 clients'
row rejected fail 'refused in the last'
await 5 later
look 'and then no more' 0 "$URL"
row rejected ok 'no connection refused'

# memory
cli config set maxmemory 3mb >/dev/null
cli eval "for i = 1, 400 do redis.pcall('set', 'k' .. i, string.rep('x', 8192)) end" 0 >/dev/null
look 'full under noeviction' 1 "$URL"
row memory fail 'of 3.0 MiB used, noeviction: writes fail'
await 5 later
cli set one more >/dev/null
look 'writes that were refused' 1 "$URL"
row memory fail '1 write refused in the last .* for want of memory'
await 5 later
cli config set maxmemory-policy allkeys-lru >/dev/null
look 'a cache that is full is well' 0 "$URL"
row memory ok 'allkeys-lru: any key may be evicted'
await 5 later
cli eval "for i = 1, 200 do redis.call('set', 'm' .. i, string.rep('x', 8192)) end" 0 >/dev/null
look 'evictions are counted between two looks' 0 "$URL"
row evictions ok '[1-9][0-9]* keys evicted in the last'
cli flushall >/dev/null && cli config set maxmemory 64mb maxmemory-policy noeviction >/dev/null
look 'emptied' 0 "$URL"
row memory ok 'of 64.0 MiB'

# disk
cli config set save '3600 1' >/dev/null && cli set a b >/dev/null
cli config set dir /proc >/dev/null 2>&1 || cli config set rdbcompression yes >/dev/null
mkdir -p "$T/main/dump.rdb/x"	# a save cannot rename its file over a directory
cli bgsave >/dev/null
await 5 eval "redis-cli -p $PORT info persistence | grep -q 'rdb_last_bgsave_status:err'"
look 'a save that failed' 1 "$URL"
row save fail 'writes are refused'
rm -r "$T/main/dump.rdb"
cli bgsave >/dev/null
await 5 eval "redis-cli -p $PORT info persistence | grep -q 'rdb_last_bgsave_status:ok'"
look 'saved' 0 "$URL"
row save ok 'last saved'
cli config set appendonly yes >/dev/null
look 'an append-only file' 0 "$URL"
row aof ok 'append-only file is written'
cli config set appendonly no save '' >/dev/null

# slow ones; arguments may be secret
cli config set slowlog-log-slower-than 1000 >/dev/null
cli eval "local s = 'an-argument' local t = redis.call('time') while redis.call('time')[1] - t[1] < 2 do end" 0 >/dev/null
look 'a slow command' 0 "$URL"
row slowlog warn 'EVAL took [0-9.]+'
unlike 'without its arguments' "$OUT" an-argument
check 'with -v they are told' -o "has:local s = '" -e ignore -- ir-deps -v -j --all "$URL"
cli slowlog reset >/dev/null
look 'forgotten' 0 "$URL"
row slowlog ok 'no slow command'

# busy, hanging
cli config set busy-reply-threshold 50 >/dev/null
redis-cli -p "$PORT" eval 'while true do end' 0 >/dev/null 2>&1 &
await 5 eval "redis-cli -p $PORT ping | grep -q BUSY"
look 'a script without end' 1 "$URL"
row '' fail 'busy: a script'
cli script kill >/dev/null
await 5 eval "redis-cli -p $PORT ping | grep -q PONG"
redis-cli -p "$PORT" debug sleep 2 >/dev/null 2>&1 &
sleep 0.2
look 'one that hangs' 2 -t 300ms "$URL"
row '' unknown 'no answer within 300ms: connected, waiting for the reply to PING'
await 5 eval "redis-cli -p $PORT ping | grep -q PONG"
look 'awake' 0 "$URL"

# rights
cli acl setuser few on ">$PLANTED" '+ping' '+info' '~*' >/dev/null
cli acl setuser none on ">$PLANTED" >/dev/null
echo "$PLANTED" >"$T/pw" && chmod 600 "$T/pw"
echo "$PLANTED-not" >"$T/wrong" && chmod 600 "$T/wrong"
for u in few none; do printf '[cache "%s"]\nurl = redis://%s@127.0.0.1:%s\npassword-file = %s\njob-keys = no\n' $u $u "$PORT" "$T/pw"; done >"$IR_CONF"
printf '[cache "wrong"]\nurl = redis://few@127.0.0.1:%s\npassword-file = %s\n' "$PORT" "$T/wrong" >>"$IR_CONF"
look 'few rights' 0 few
row '' ok 'Redis 7'
row rights warn 'no right to slowlog.get, latency.latest'
like 'and what would grant them' "$OUT" '"hint":"redis-cli [^"]* ACL SETUSER few \+slowlog.get \+latency.latest"'
look 'no rights' 2 none
row '' unknown 'neither PING nor INFO'
look 'a wrong password' 2 wrong
row '' unknown 'wrong user or password'
ok 'the planted password is nowhere' eval "! grep -r '$PLANTED' '$T/journal' '$T/out' '$T/err'"
: >"$IR_CONF"
stop "$SPAWNED"
look 'stopped' 1 "$URL"
row '' fail 'refused'

# unix socket, TLS
tls_cert good 30 IP:127.0.0.1
tls_cert other 30 DNS:other.test
TLS=$(free_port) TLS2=$(free_port)
server tls --unixsocket "$T/s" --requirepass "$PLANTED" --tls-port "$TLS" --tls-cert-file "$T/good.pem" --tls-key-file "$T/good.key" --tls-auth-clients no
server tls2 --tls-port "$TLS2" --tls-cert-file "$T/other.pem" --tls-key-file "$T/other.key" --tls-auth-clients no
printf '[cache "%s"]\nurl = %s\npassword-file = %s\nca-file = %s\n' sock "unix://$T/s" "$T/pw" "$T/ca.pem" tls "rediss://127.0.0.1:$TLS" "$T/pw" "$T/ca.pem" >"$IR_CONF"
printf '[cache "%s"]\nurl = %s\nca-file = %s\n' name "rediss://127.0.0.1:$TLS2" "$T/ca.pem" shut "unix://$T/s?db=1" "$T/ca.pem" >>"$IR_CONF"
look 'a unix socket' 0 sock
row '' ok 'Redis 7'
look 'TLS' 0 tls
row '' ok 'Redis 7'
look 'TLS with a wrong name' 1 name
row '' fail 'certificate'
look 'no password' 2 shut
row '' unknown 'wants a password'
: >"$IR_CONF"

# a replica, and sentinels
server master && M=$SPAWNED MP=$PORT
server replica --replicaof 127.0.0.1 "$MP" && R=$SPAWNED RP=$PORT
await 10 eval "redis-cli -p $MP info replication | grep -q state=online"
printf '[cache "m"]\nurl = redis://127.0.0.1:%s\nreplicas = 1\nrole = master\n[cache "r"]\nurl = redis://127.0.0.1:%s\n[cache "w"]\nurl = redis://localhost:%s\nrole = master\n' "$MP" "$RP" "$RP" >"$IR_CONF"
look 'a master with its replica' 0 m
row replicas ok '1 of 1 replicas'
row role ok master
look 'the replica' 0 r
row link ok 'is up'
look 'which was to be a master' 1 w
row role fail 'has to be a master'
stop "$R"
await 5 eval "redis-cli -p $MP info replication | grep -q connected_slaves:0"
look 'its replica is gone' 1 m
row replicas fail '0 of 1 replicas'
PORT=$RP
spawn redis-server --port "$RP" --bind 127.0.0.1 --save '' --dir "$T/replica" --replicaof 127.0.0.1 "$MP"
await 10 eval "redis-cli -p $MP info replication | grep -q state=online"
look 'and back' 0 m
row replicas ok '1 of 1 replicas'
sentinel() {
	local p=$1
	mkdir -p "$T/$p"
	printf 'port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor shop 127.0.0.1 %s 2\nsentinel down-after-milliseconds shop 400\nsentinel failover-timeout shop 600000\n' "$p" "$T/$p" "$MP" >"$T/$p/conf"
	spawn redis-server "$T/$p/conf" --sentinel
	await 5 redis-cli -p "$p" ping
}
S1=$(free_port) S2=$(free_port)
sentinel "$S1" && sentinel "$S2" && B=$SPAWNED
for p in "$S1" "$S2"; do await 10 eval "redis-cli -p $p sentinel ckquorum shop | grep -q ^OK"; done
: >"$IR_CONF"
look 'sentinels, and the master that they name' 0 "sentinel://127.0.0.1:$S1,127.0.0.1:$S2/shop"
row '' ok "master, .*named as master shop by Sentinel: 127.0.0.1:$MP"
row quorum ok '2 usable'
row sentinels ok '2 of 2'
look 'one that is not watched' 1 "sentinel://127.0.0.1:$S1/other"
row '' fail 'it watches shop: not other'
look 'a Redis is no Sentinel' 1 "sentinel://127.0.0.1:$MP/shop"
row '' fail 'no Sentinel'
stop "$B"
await 5 eval "redis-cli -p $S1 sentinel ckquorum shop | grep -q NOQUORUM"
look 'quorum lost' 1 "sentinel://127.0.0.1:$S1,127.0.0.1:$S2/shop"
row quorum fail 'no failover is possible'
row sentinels warn '1 of 2'
stop "$M"
await 5 eval "redis-cli -p $S1 sentinel master shop | grep -q s_down"
look 'the master down' 1 "sentinel://127.0.0.1:$S1/shop"
row '' fail "master shop at 127.0.0.1:$MP, as Sentinel says: connection refused"
row master fail 'cannot reach master shop'
await 5 eval "redis-cli -p $RP info replication | grep -q master_link_status:down"
look 'what the replica says of it' 1 "redis://127.0.0.1:$RP"
row link fail 'is down'

# an append-only file: a rewrite whose child is killed, a write that fails, and well again
server aof --appendonly yes
URL=redis://127.0.0.1:$PORT
cli set a b >/dev/null
await 5 eval "redis-cli -p $PORT info persistence | grep -q aof_rewrite_in_progress:0"
look 'written' 0 "$URL"
row aof ok 'append-only file is written'
cli config set rdb-key-save-delay 10000000 >/dev/null
cli config set aof-use-rdb-preamble yes >/dev/null
cli bgrewriteaof >/dev/null
await 5 eval "pkill -KILL -P $SPAWNED"
await 5 eval "redis-cli -p $PORT info persistence | grep -q aof_last_bgrewrite_status:err"
look 'a rewrite that failed' 0 "$URL"
row aof warn 'rewrite of the append-only file failed'
cli config set rdb-key-save-delay 0 >/dev/null
cli bgrewriteaof >/dev/null
await 5 eval "redis-cli -p $PORT info persistence | grep -q aof_last_bgrewrite_status:ok"
look 'rewritten' 0 "$URL"
row aof ok 'append-only file is written'

# loading: a snapshot that takes its time
server loads
cli debug populate 2000 >/dev/null
cli save >/dev/null
stop "$SPAWNED"
PORT=$(free_port)
spawn redis-server --port "$PORT" --bind 127.0.0.1 --save '' --dir "$T/loads" --key-load-delay 1500 --loading-process-events-interval-bytes 1024
await 5 eval "redis-cli -p $PORT ping 2>&1 | grep -q LOADING"
look 'while it loads' 1 "redis://127.0.0.1:$PORT"
row '' fail 'loading its data, and answers nobody until that is done'
await 20 eval "redis-cli -p $PORT ping | grep -q PONG"
look 'loaded' 0 "redis://127.0.0.1:$PORT"
row loading ok 'its data is loaded'

# a cluster's node that has no slots
# its own choice, 10000 above, may be the port of somebody's connection
server cluster --cluster-enabled yes --cluster-port "$(free_port)"
look 'slots that nobody serves' 1 "redis://127.0.0.1:$PORT"
row cluster fail '16384 of 16384 slots are served by nobody'
cli cluster addslotsrange 0 16383 >/dev/null
await 5 eval "redis-cli -p $PORT cluster info | grep -q cluster_state:ok"
look 'all served' 0 "redis://127.0.0.1:$PORT"
row cluster ok 'cluster state ok'
done_testing
