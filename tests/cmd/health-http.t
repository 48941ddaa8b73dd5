#!/usr/bin/env bash
# ir-health on endpoints: what is expected of an answer, the ways there, certificates, and peers that behave badly
. "${0%/*}/../lib.sh"
need nginx openssl jq

tls_cert good 60 DNS:localhost IP:127.0.0.1
tls_cert soon 5 DNS:localhost IP:127.0.0.1
tls_cert late 1 DNS:localhost IP:127.0.0.1
tls_cert expired -3 DNS:localhost IP:127.0.0.1
tls_cert other 60 DNS:other.example
P=$(free_port) S=$(free_port) FORWARD=$(free_port) SOON=$(free_port) LATE=$(free_port) EXP=$(free_port) OTHER=$(free_port) MTLS=$(free_port)
tls_server() {
	echo "server { listen 127.0.0.1:$1 ssl $3; ssl_certificate $T/$2.pem; ssl_certificate_key $T/$2.key; location / { return 200 ok; } $4 }"
}
nginx_up web <<CONF
server {
	listen 127.0.0.1:$P; listen [::1]:$P; listen unix:$T/web.sock; server_name shop.example localhost;
	location = /ok { return 200 'all is well'; }
	location = /json { default_type application/json; return 200 '{"status":"degraded","db":{"up":true,"lag":3}}'; }
	location = /down { default_type application/json; return 503 '{"error":"no database"}'; }
	location = /moved { return 302 /ok; }
	location = /round { return 302 /round; }
	location = /token { if (\$http_authorization != "Bearer s3cret") { return 401; } return 200 hello; }
	location /static/ { root $T; }
	location = /static/hello { auth_basic x; auth_basic_user_file $T/htpasswd; root $T; }
	location = /method { if (\$request_method != POST) { return 405; } return 201 "\$http_x_who"; }
	location = /host { return 200 "\$host"; }
}
server { listen 127.0.0.1:$FORWARD; location / { proxy_set_header Host \$http_host; proxy_set_header X-Who forward; proxy_pass http://127.0.0.1:$P\$request_uri; } }
$(tls_server "$S" good http2 '')
$(tls_server "$SOON" soon '' '')
$(tls_server "$LATE" late '' '')
$(tls_server "$EXP" expired '' '')
$(tls_server "$OTHER" other '' '')
$(tls_server "$MTLS" good '' "ssl_client_certificate $T/ca.pem; ssl_verify_client on;")
CONF
printf 's3cret' >"$T/token" && chmod 600 "$T/token"
mkdir "$T/static" && echo hello >"$T/static/hello"
printf 'a\0b\nneedle' >"$T/static/bytes" && head -c 500000 /dev/zero | tr '\0' a >"$T/static/a"
echo "me:$(openssl passwd -apr1 s3cret)" >"$T/htpasswd"
U=http://127.0.0.1:$P
peer_up() {
	"$TOOLS/peer" "$@" >"$T/peer.out" 2>&1 </dev/null &
	ir_pids+=("$!")
	await 5 grep -q '^port' "$T/peer.out"
	PEER=$(sed -n 's/^port //p' "$T/peer.out")
}
peer_up path

# one CHECK-LINES… : ir.conf with one check, then ir-health -j on it
conf() {
	{ echo '[check "it"]' && printf '%s\n' "$@"; } >"$IR_CONF"
}
# want NAME STATUS ERE LINES… : the check is of that status, its summary fits
want() {
	local name=$1 status=$2 re=$3
	shift 3
	conf "$@"
	ir-health -j -t 1s >"$T/json" 2>"$T/err"
	cat "$T/json" >>"$T/records"
	like "$name" "$(jq -r 'select(.kind == "check") | .status + ": " + .summary' "$T/json")$(cat "$T/err")" "^$status: $re"
}
member() {
	jq -rc "select(.kind == \"check\") | $1" "$T/json"
}

: >"$IR_CONF"
check 'an operand' -o 'like:ok	-	http://127.0.0.1:[0-9]+/ok	200 in [0-9.]+ms$' -- ir-health "$U/ok"
check 'several, bad ones first' -s 1 -o lines:2 -o 'like:fail.*503 Service Unavailable in .*: \{"error":"no database"\}' -- ir-health "$U/ok" "$U/down"
check 'said twice, asked once' -o lines:1 -- ir-health "$U/ok" "$U/ok"
check 'a password in the URL is refused, with the fix, unseen' -s 64 -o ignore -e 'has:password-file' -e 'lacks:hunter2' -- ir-health http://me:hunter2@127.0.0.1/
check 'what is not a URL' -s 64 -o ignore -e "has:'gopher://x/'" -- ir-health gopher://x/
check 'nothing to look at' -s 69 -o ignore -e 'has:-p NAME' -- ir-health
check 'tcp says how little it knows' -o 'like:ok	-	tcp://127.0.0.1:[0-9]+	port open in .* \(no protocol check\)' -- ir-health "tcp://127.0.0.1:$P"
check 'refused is a failure' -s 1 -o 'like:fail.*refused' -- ir-health "http://127.0.0.1:$(free_port)/" "tcp://127.0.0.1:$(free_port)"

want 'a status' ok '200 in' "url = $U/ok"
is 'the split' "$(member '[.dns_ms, .connect_ms, .first_byte_ms, .total_ms] | map(type) | join(" ")')" 'number number number number'
is 'facts' "$(member '[.http_status, .http_version, .body_bytes, .redirects, .phase, .address, .origin]')" '[200,"1.1",11,0,"done","127.0.0.1:'$P'","'"$T"'/ir.conf:1"]'
want 'another one' fail '503 Service Unavailable in [0-9.]+ms: \{"error":"no database"\}' "url = $U/down"
want 'a status that is expected' ok '503' "url = $U/down" 'expect-status = 200-299,503'
want 'a status that is not' fail '200 in' "url = $U/ok" 'expect-status = 204,300-599'
want 'text in the body' ok '200' "url = $U/ok" 'expect-body = is well'
want 'text that is not' fail "200 in .*, but 'is bad' is not in the body" "url = $U/ok" 'expect-body = is bad'
want 'an expression' ok '200' "url = $U/ok" 'expect-regex = ^all (is|are) well$'
want 'an expression that does not fit' fail '200 in .*, but /\^well/ does not match the body$' "url = $U/ok" 'expect-regex = ^well'
want 'an expression that is none' 'ir-health' '.*expect-regex' "url = $U/ok" 'expect-regex = ('
want 'an expression on bytes that are no text' ok '200' "url = $U/static/bytes" 'expect-regex = ^needle'
want 'an expression that would take minutes' unknown '200 in .*, but whether /a\+!/ matches the body could not be told in time' "url = $U/static/a" 'expect-regex = a+!'
want 'text that may stand behind what was read' unknown "200 in .*, but 'b' is not in the body, of which only the beginning was read" "url = $U/static/a" 'max-body = 4k' 'expect-body = b'
want 'members' ok '200' "url = $U/json" 'expect-json = db.up = true' 'expect-json = db.lag = 3'
want 'a member that differs' fail '200 in .*, but status is "degraded", not ok' "url = $U/json" 'expect-json = status = ok'
want 'a body that is not JSON' fail '200 in .*, but the body is not JSON' "url = $U/ok" 'expect-json = status = ok'
want 'a redirect is followed' ok '200 in .* after 1 redirect' "url = $U/moved"
is 'to its end' "$(member .url)" "$U/ok"
want 'or not' fail '302 Found' "url = $U/moved" 'redirects = 0'
want 'but not for ever' fail '.*redirect' "url = $U/round" 'redirects = 3'
want 'method, body, header' ok '201' "url = $U/method" 'method = POST' 'body = x' 'header = X-Who: me' 'expect-body = me'
want 'a token' ok '200' "url = $U/token" "token-file = $T/token"
unlike 'that no record shows' "$(cat "$T/json")" s3cret
want 'without it' fail '401 Unauthorized' "url = $U/token"
printf '\n[check "steady"]\nurl = %s/ok\n' "$U" >"$T/steady"
conf "url = $U/token" 'token-env = NO_SUCH_TOKEN' && cat "$T/steady" >>"$IR_CONF"
check 'a secret that cannot be had: that check is not known, the others are' -s 2 -o lines:2 -o 'like:unknown.*token-env: .*NO_SUCH_TOKEN' -o 'like:ok	-	.*/ok	200' -- ir-health
conf "url = $U/token" 'token-command = sleep 60' && cat "$T/steady" >>"$IR_CONF"
check 'a secret that does not come leaves the others their time' -s 2 -o lines:2 -o 'like:unknown.*token-command: no answer' -o 'like:ok	-	.*/ok	200' -- ir-health -T 1s
want 'a user' ok '200' "url = $U/static/hello" 'user = me' "password-file = $T/token"
want 'a name by resolve' ok '200' "url = http://shop.example:$P/host" "resolve = shop.example:$P:127.0.0.1" 'expect-body = shop.example'
want 'a proxy, which knows the name' ok '201' "url = http://shop.example/method" 'method = POST' "proxy = http://127.0.0.1:$FORWARD" 'expect-body = forward'
is 'the address is the proxy'"'"'s' "$(member .address)" "127.0.0.1:$FORWARD"
want 'a proxy that is not there' fail 'proxy: connection refused' "url = $U/ok" "proxy = http://127.0.0.1:$(free_port)"
want 'a unix socket' ok '200' "url = http://localhost/host" "unix-socket = $T/web.sock" 'expect-body = localhost'
want 'IPv6' ok '200' "url = http://localhost:$P/ok" 'family = ipv6'
is 'was it' "$(member .address)" "[::1]:$P"
want 'slow is a warning' warn "slow: 200 in .*, above 50ms, .* of it waiting for the first byte" "url = http://127.0.0.1:$PEER/delay/100" 'latency-warn = 50ms'
conf "url = $U/ok" 'latency-warn = 2s' 'latency-fail = 500ms'
check 'a warning that could never come' -s 78 -o ignore -e 'has:latency-fail: it is below latency-warn' -- ir-health
conf "url = $U/ok" 'cert-warn-days = 3' 'cert-fail-days = 14'
check 'the same with days' -s 78 -o ignore -e 'has:cert-fail-days: it is above cert-warn-days' -- ir-health
want 'too slow a failure' fail 'slow: 200 in .*, above 80ms' "url = http://127.0.0.1:$PEER/delay/150" 'latency-warn = 50ms' 'latency-fail = 80ms'

want 'TLS' ok '200 in .*, certificate valid for 5[89] days|60 days' "url = https://localhost:$S/" "ca-file = $T/ca.pem"
is 'HTTP/2 by itself, and the certificate' "$(member '[.http_version, .cert_subject, .cert_issuer, (.tls_ms | type), .tls_version] | join(" ")')" \
	"2 CN = good CN = Throwaway test authority number $(member .tls_version)"
like 'TLS version' "$(member .tls_version)" '^TLSv1\.[23]$'
want 'HTTP/1.1 when told' ok '200' "url = https://localhost:$S/" "ca-file = $T/ca.pem" 'http-version = 1.1'
is 'is spoken' "$(member .http_version)" 1.1
want 'an authority that is not trusted' fail '' "url = https://localhost:$S/"
want 'unless told' ok '200' "url = https://localhost:$S/" 'insecure = yes'
want 'TLS to a port without it' fail 'TLS handshake failed: the peer does not speak TLS' "url = https://127.0.0.1:$P/ok"
want 'days left: warn' warn '200 in .*, but its certificate expires in [45] days' "url = https://localhost:$SOON/" "ca-file = $T/ca.pem"
want 'days left: fail' fail '200 in .*, but its certificate expires in [01] days' "url = https://localhost:$LATE/" "ca-file = $T/ca.pem"
want 'days left: as told' ok '200' "url = https://localhost:$LATE/" "ca-file = $T/ca.pem" 'cert-warn-days = 0' 'cert-fail-days = 0'
want 'expired' fail '.*expired' "url = https://localhost:$EXP/" "ca-file = $T/ca.pem"
want 'of another host' fail '' "url = https://localhost:$OTHER/" "ca-file = $T/ca.pem"
want 'a client certificate' ok '200' "url = https://localhost:$MTLS/" "ca-file = $T/ca.pem" "client-cert = $T/good.pem" "client-key = $T/good.key"
want 'tls alone' ok 'TLSv1.[23] in .*, certificate valid for' "url = tls://localhost:$S" "ca-file = $T/ca.pem"
want 'tls to what speaks none' fail '' "url = tls://localhost:$P" "ca-file = $T/ca.pem"

want 'no answer is not known, and says how far it got' unknown 'no answer within 1s: connected, waiting for the first byte' "url = http://127.0.0.1:$PEER/silent"
is 'phase' "$(member .phase)" wait
want 'dripping' unknown 'no answer within 1s' "url = http://127.0.0.1:$PEER/drip/300"
want 'garbage' fail '' "url = http://127.0.0.1:$PEER/garbage"
want 'a body without end is read no further' ok '200' "url = http://127.0.0.1:$PEER/body" 'max-body = 64k' 'expect-regex = .'
want 'headers without end' fail '' "url = http://127.0.0.1:$PEER/head"
want 'a name that is not there' unknown '' 'url = http://nowhere.invalid/'

printf '[check "%s"]\nurl = %s\n' a "$U/ok" b "$U/down" c "http://127.0.0.1:$PEER/silent" >"$IR_CONF"
check 'exit status: the worst' -s 2 -o lines:3 -- ir-health -t 300ms
check 'by name' -o lines:1 -- ir-health a
check 'two names, one of nothing' -s 1 -o lines:1 -e "has:'d'" -- ir-health a d
begin=${EPOCHREALTIME/./}
check 'the deadline wins' -s 2 -o 'like:unknown.*	no answer within' -- ir-health -t 10s -T 500ms c
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
ok "and is kept: $took ms" [ $took -lt 1000 ]
check 'one at a time, one hangs' -s 2 -o lines:3 -- ir-health --jobs 1 -t 200ms
check 'what was not started says so' -s 2 -o like:'not started before the deadline' -- ir-health --jobs 1 -t 5s -T 300ms "http://127.0.0.1:$PEER/silent" "http://127.0.0.1:$PEER/silent?2"
check 'retried, and still failing' -s 1 -o 'has:(3 attempts)' -- ir-health --retry 2 b
done_testing
