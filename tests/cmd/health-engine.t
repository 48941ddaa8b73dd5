#!/usr/bin/env bash
# where the engine is, and engines that are reached or behave otherwise than usual: TLS, contexts, versions, proxies that forbid, answers that never come
. "${0%/*}/../lib.sh"
need docker nginx openssl jq

docker_up
ENGINE_HOST=$DOCKER_HOST
docker network ls >/dev/null
box --label com.docker.compose.project=far --label com.docker.compose.service=web --name "far-${T##*.}" --network none -- hold
tls_cert engine 60 DNS:localhost IP:127.0.0.1
"$TOOLS/peer" silent >"$T/peer.out" &
ir_pids+=("$!")
await 5 grep -q '^port' "$T/peer.out"
SILENT=$(sed -n 's/^port //p' "$T/peer.out")
TLS=$(free_port) OLD=$(free_port) DENY=$(free_port) HTML=$(free_port) STUCK=$(free_port) DEAF=$(free_port)
engine="proxy_pass http://unix:$DOCKER_SOCK; proxy_pass_header Server; proxy_pass_header Date;"
nginx_up engine <<CONF
server {
	listen 127.0.0.1:$TLS ssl; ssl_certificate $T/engine.pem; ssl_certificate_key $T/engine.key;
	ssl_client_certificate $T/ca.pem; ssl_verify_client on;
	location / { $engine }
}
server { listen 127.0.0.1:$OLD; default_type application/json;
	location ~ ^/(v1|_ping) { $engine } location / { return 400 '{"message":"a version is needed"}'; } }
server { listen 127.0.0.1:$DENY; default_type application/json; location / { return 403 '{"message":"authorization denied by plugin"}'; } }
server { listen 127.0.0.1:$HTML; default_type text/html; location / { return 200 '<html>'; } }
server { listen 127.0.0.1:$STUCK;
	location ~ ^/v.*/containers/[0-9a-f]+/json { proxy_pass http://127.0.0.1:$SILENT; } location / { $engine } }
server { listen 127.0.0.1:$DEAF; location ~ ^/v.*/events { proxy_pass http://127.0.0.1:$SILENT; } location / { $engine } }
CONF
mkdir "$T/certs" && cp "$T/ca.pem" "$T/certs/ca.pem" && cp "$T/engine.pem" "$T/certs/cert.pem" && cp "$T/engine.key" "$T/certs/key.pem"

well='like:ok	web	container:far-.*	running, no healthcheck, up '
check 'over its socket' -o "$well" -- ir-health -p far
DOCKER_HOST=tcp://127.0.0.1:$TLS DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$T/certs check 'over TCP with TLS and a client certificate' -o "$well" -- ir-health -p far
mv "$T/certs/cert.pem" "$T/certs/kept"
DOCKER_HOST=tcp://127.0.0.1:$TLS DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$T/certs check 'without the certificate it is not known' -s 2 -o 'like:unknown	-	engine:' -- ir-health -p far
mv "$T/certs/kept" "$T/certs/cert.pem"
DOCKER_HOST=tcp://127.0.0.1:$TLS DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$T/nowhere check 'nor by an authority that is not trusted, with the fix' -s 2 \
	-o 'like:unknown	-	engine:.*not trusted.*: see ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH' -- ir-health -p far
DOCKER_HOST=tcp://127.0.0.1:$OLD check 'an engine that wants a version in every request' -o "$well" -- ir-health -p far
DOCKER_HOST=tcp://127.0.0.1:$DENY check 'one that forbids' -s 2 -o 'like:unknown	-	engine:.*answers 403: authorization denied by plugin: ' -- ir-health -p far
DOCKER_HOST=tcp://127.0.0.1:$HTML check 'what is no engine' -s 2 -o 'like:unknown	-	engine:.*not JSON' -- ir-health -p far
DOCKER_HOST=tcp://127.0.0.1:$SILENT check 'one that never answers' -s 2 -o 'like:unknown	-	engine:.*no answer within 300ms' -- ir-health -p far -t 300ms
DOCKER_HOST=tcp://127.0.0.1:$(free_port) check 'one that is not there' -s 2 -o 'like:unknown	-	engine:.*refused' -- ir-health -p far
DOCKER_HOST=tcp://127.0.0.1:$STUCK check 'a container that the engine tells no more about' -s 2 -o 'like:unknown	web	container:far-.*	running, but the engine tells no more about it: no answer within' -- ir-health -p far -t 300ms
DOCKER_HOST=tcp://127.0.0.1:$DEAF check 'events that never come' -o "$well" -- ir-health -p far -t 300ms

unset DOCKER_HOST
hash=$(printf prod | sha256sum | cut -d ' ' -f 1)
mkdir -p "$HOME/.docker/contexts/meta/$hash" "$HOME/.docker/contexts/tls/$hash/docker"
cp "$T/certs/"* "$HOME/.docker/contexts/tls/$hash/docker"
echo "{\"Name\":\"prod\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"tcp://127.0.0.1:$TLS\",\"SkipTLSVerify\":false}}}" >"$HOME/.docker/contexts/meta/$hash/meta.json"
echo '{"currentContext":"prod"}' >"$HOME/.docker/config.json"
check 'the current docker context, with its certificates' -o 'has:"env":"prod/far"' -- ir-health -p far -j
DOCKER_CONTEXT=nope check 'a context that is not there' -s 78 -o ignore -e 'has:docker context ls' -- ir-health -p far
echo '{}' >"$HOME/.docker/config.json"
if [ -e /var/run/docker.sock ] || [ -e /run/podman/podman.sock ]; then
	skip 'host without an engine'
else
	mkdir "$XDG_RUNTIME_DIR/podman" && ln -s "$DOCKER_SOCK" "$XDG_RUNTIME_DIR/podman/podman.sock"
	check 'podman at its place' -o "$well" -- ir-health -p far
	rm "$XDG_RUNTIME_DIR/podman/podman.sock"
	check 'no engine anywhere' -s 2 -o 'like:unknown.*cannot connect to /var/run/docker.sock: there is no such socket: start docker or set DOCKER_HOST' -- ir-health -p far
	printf '[check "it"]\ncommand = true\n' >"$IR_CONF"
	mkdir far && cd far && printf 'services:\n  web: {image: x}\n' >compose.yaml
	check 'no engine, though it is installed: the containers are not known' -s 2 -o lines:2 -o 'like:unknown.*there is no such socket' -- ir-health
	mkdir bin && ln -s "$(command -v sh)" "$(command -v true)" bin
	check 'no engine installed, but checks: only these' -o lines:1 -o 'like:ok	-	command:it' -e 'has:containers are left out' -- env PATH="$BIN:$PWD/bin" ir-health
	DOCKER_HOST=ssh://me@there check 'an engine that cannot be used does not hide the checks' -s 2 -o lines:2 -o 'like:unknown.*goes over ssh' -- ir-health
	export DOCKER_HOST=$ENGINE_HOST
	check 'both' -o lines:2 -- ir-health
fi
done_testing
