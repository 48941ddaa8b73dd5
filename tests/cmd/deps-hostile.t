#!/usr/bin/env bash
# deps-hostile.t - servers that never answer, talk nonsense, drip, break off, lie about their name, or do not let us in, all at once: each is told in words, within the
# deadline, and no planted password is anywhere
. "${0%/*}/../lib.sh"
need postgresql redis openssl jq perl
PLANTED=pl4nted names=()

# peer MODE: it listens on $PORT.
peer() {
	PORT=$(free_port) || return
	spawn "$TOOLS/peer" "$1" --listen "127.0.0.1:$PORT" --for 120
	await 10 ir_listens "$PORT"
}

ir_listens() {
	grep -q "^ *[0-9]*: 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp
}

# dep SECTION NAME URL [LINE…]
dep() {
	printf '[%s "%s"]\nurl = %s\n' "$1" "$2" "$3" >>"$T/ir.conf"
	[ $# -lt 4 ] || printf '%s\n' "${@:4}" >>"$T/ir.conf"
	names+=("$2")
}

# Each protocol against the same bad manners.
four() {
	local postgres=$2 redis=$3 amqp=$4 http=$5
	peer "$postgres" && dep database "pg-$1" "postgresql://u@127.0.0.1:$PORT/shop" "password-file = $T/pw"
	peer "$redis" && dep cache "redis-$1" "redis://u@127.0.0.1:$PORT/0" "password-file = $T/pw"
	peer "$amqp" && dep queue "amqp-$1" "amqp://u@127.0.0.1:$PORT" "password-file = $T/pw"
	peer "$http" && dep queue "http-$1" "http://u@127.0.0.1:$PORT/" "password-file = $T/pw"
}

echo "$PLANTED-file" >"$T/pw" && chmod 600 "$T/pw"
auth='%4e%52%00%00%00%08%00%00%00%00%53%00%00%00%16server_encoding' # no TLS, logged in, then half a parameter
start='%01%00%00%00%00%01%f1%00%0a%00%0a'
four silent silent silent silent silent
four garbage garbage garbage garbage garbage
four drip "raw/1000/$auth" 'raw/1000/+OK%0d%0a$900%0d%0a' "raw/1000/$start" drip/1000
four half "rawend/0/$auth" rawend/0/+O "rawend/0/$start" short
four stall "raw/0/$auth" raw/0/+O "raw/0/$start" half
four close close close close close
peer full
dep database tcp-full "tcp://127.0.0.1:$PORT" && dep database pg-full "postgresql://u@127.0.0.1:$PORT/shop" && dep cache redis-full "redis://127.0.0.1:$PORT"
dep queue amqp-full "amqp://127.0.0.1:$PORT"
PORT=$(free_port)
dep database tcp-refused "tcp://127.0.0.1:$PORT" && dep database pg-refused "postgresql://u@127.0.0.1:$PORT/shop" && dep cache redis-refused "redis://127.0.0.1:$PORT"
dep queue amqp-refused "amqp://127.0.0.1:$PORT"

# real servers, with a certificate for another name, and with other passwords
tls_cert other 30 DNS:other.test
cp "$T/other.pem" "$T/pg.pem" && cp "$T/other.key" "$T/pg.key" && chmod 600 "$T/pg.key"
[ "$(id -u)" != 0 ] || chown postgres "$T/pg.key"
pg_up 'ssl = on' "ssl_cert_file = '$T/pg.pem'" "ssl_key_file = '$T/pg.key'"
redis_up --requirepass right
TLS_PORT=$(free_port)
spawn openssl s_server -accept "127.0.0.1:$TLS_PORT" -cert "$T/other.pem" -key "$T/other.key" -quiet
await 10 ir_listens "$TLS_PORT"
dep database pg-tls "postgresql://admin@127.0.0.1:$PG_PORT/shop?sslmode=verify-full&sslrootcert=$T/ca.pem" "password-file = $T/pw"
dep cache redis-tls "rediss://127.0.0.1:$TLS_PORT/0" "ca-file = $T/ca.pem" "password-file = $T/pw"
dep queue amqp-tls "amqps://u@127.0.0.1:$TLS_PORT" "ca-file = $T/ca.pem" "password-file = $T/pw"
dep queue http-tls "https://u@127.0.0.1:$TLS_PORT/" "ca-file = $T/ca.pem" "password-file = $T/pw"
dep database pg-password "postgresql://admin@127.0.0.1:$PG_PORT/shop" "password-file = $T/pw"
dep cache redis-password "redis://127.0.0.1:$REDIS_PORT/0" "password-file = $T/pw"

# what is found without a word of configuration holds passwords, too
export DATABASE_URL="postgresql://admin:$PLANTED-url@127.0.0.1:$PG_PORT/postgres" PGPASSWORD=$PLANTED-pgpassword
export REDIS_URL="redis://:$PLANTED-redis@127.0.0.1:$REDIS_PORT/1" CELERY_BROKER_URL="amqp://u:$PLANTED-amqp@127.0.0.1:$PORT/shop"
echo "CACHE_URL=redis://:$PLANTED-dotenv@127.0.0.1:$REDIS_PORT/2" >"$T/work/.env"

# A name server that says nothing, for those that may put one there.
silent_names() {
	echo 'nameserver 127.0.53.54' >"$T/resolv.conf" && echo 'hosts: dns' >"$T/nsswitch.conf"
	spawn perl -MIO::Socket::INET -e 'IO::Socket::INET->new(LocalAddr => "127.0.53.54:53", Proto => "udp") or die; sleep 120'
	dep database pg-name "postgresql://u@db.silent.test/shop" "password-file = $T/pw"
	dep cache redis-name "redis://cache.silent.test/0" "password-file = $T/pw"
	dep queue amqp-name "amqp://u@mq.silent.test" "password-file = $T/pw"
	dep queue http-name "http://u@admin.silent.test/" "password-file = $T/pw"
	dep database tcp-name "tcp://any.silent.test:1"
}

# To run: the command where names are asked of that server.
with_names() {
	unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/nsswitch.conf && shift && exec "$@"' "$T/resolv.conf" "$T/nsswitch.conf" "$@"
}

where=()
if can root && unshare -m true 2>/dev/null; then
	silent_names && where=(with_names)
else
	skip root 'a name that never resolves'
fi

began=$EPOCHSECONDS
check 'all of them at once' -s 2 -o save:"$T/records" -e ignore -- "${where[@]}" ir-deps -j -vv -t 2s -T 4s
took=$((EPOCHSECONDS - began))
cp "$T/err" "$T/said.vv"
ok "over within the deadline of 4s: $took s" [ "$took" -lt 12 ]
unlike 'no password in what was printed' "$OUT$ERR" "$PLANTED"

# told NAME STATUSES WORDS
told() {
	local got
	got=$(jq -r --arg n "$1" 'select(.kind == "check" and .name == $n) | "\(.status): \(.summary)"' <<<"$OUT")
	like "$1: $got" "$got" "^($2): .*($3)"
}

for p in pg redis amqp http; do
	told $p-silent unknown 'no answer within 2'
	told $p-garbage 'fail|unknown' 'not | no reply'
	told $p-drip unknown 'no answer within 2'
	told $p-half 'fail|unknown' 'closed|broke|ended|end of'
	told $p-stall unknown 'within 2'
	told $p-close 'fail|unknown' 'closed|broke|ended|empty'
	told $p-tls 'fail|unknown' 'certificate|name|match'
	[ ${#where[@]} = 0 ] || told $p-name unknown 'resolv'
done
for p in tcp pg redis amqp; do
	told $p-full unknown 'no answer within 2.*connect'
	told $p-refused fail refused
done
[ ${#where[@]} = 0 ] || told tcp-name unknown 'resolv'
told pg-password 'fail|unknown' password
told redis-password 'fail|unknown' password

unset IFS
is 'every dependency has a row' "$(for n in "${names[@]}"; do jq -r --arg n "$n" 'select(.kind == "check" and .name == $n) | .name' <<<"$OUT"; done | sort -u | wc -l)" "${#names[@]}"
check 'as text' -s 2 -o ignore -e ignore -- ir-deps -t 500ms -T 1s --all
unlike 'no password in text' "$OUT$ERR" "$PLANTED"
check 'as a plugin' -s 2 -o ignore -e ignore -- ir-deps -t 500ms -T 1s -o nagios
unlike 'nor there' "$OUT$ERR" "$PLANTED"
ok 'there is a journal' [ -n "$(ls -A "$IR_JOURNAL")" ]
is 'no password in the journal' "$(grep -rlF "$PLANTED" "$IR_JOURNAL" "$HOME" "$TMPDIR")" ''
check 'a URL with a password is no operand' -s 64 -o ignore -e has:password -- ir-deps "redis://:$PLANTED-operand@127.0.0.1:1/0"
unlike 'and is not repeated' "$OUT$ERR" "$PLANTED"

# while it runs, and when it is killed
mkdir "$T/core" && cd "$T/core" || exit
ulimit -c unlimited
spawn ir-deps -t 8s -T 8s
await 5 grep -q ir-deps "/proc/$SPAWNED/comm"
await 5 ls /proc/$SPAWNED/fd/9
unlike 'no password in its command line' "$(tr '\0' ' ' <"/proc/$SPAWNED/cmdline")" "$PLANTED"
kill -ABRT "$SPAWNED"
wait "$SPAWNED" 2>/dev/null
is 'it leaves no core' "$(ls -A "$T/core")" ''
done_testing
