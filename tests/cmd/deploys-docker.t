#!/usr/bin/env bash
# ir-deploys on a real engine: two deploys by docker-compose with revisions of a real repository, restarts, pruned images, the journal's memory
. "${0%/*}/../lib.sh"
need docker compose git jq

docker_up private
git_() {
	git -c user.name=Ann -c user.email=a@b.c "$@" >>"$T/spawn.log" 2>&1
}
commit() {
	mkdir -p billing && echo "$1" >"billing/$1.py" && git_ add billing && git_ commit -qm "$2"
	git rev-parse HEAD
}
# build VERSION REVISION
build() {
	printf 'FROM box\nLABEL org.opencontainers.image.revision=%s org.opencontainers.image.version=%s\n' "$2" "$1" | docker build -qt shop-web - >/dev/null
}
# deploys JQ: over the deploys of web, newest first
deploys() {
	ir-deploys --kind deploy -j web 2>/dev/null | jq -c "select(.kind == \"deploy\") | $1"
}

mkdir "$T/code" && cd "$T/code" && git_ init -b main .
A=$(commit views 'the first')
build 1.8.1 "$A"
compose_up shop <<'YAML'
version: "2.4"
services:
  web: { image: shop-web, network_mode: none }
  worker: { image: shop-web, network_mode: none }
YAML
cp -a "$T/code/." .
check 'one deploy of each service' -o 'like:^dep-.{8}	[^	]*	ok	web	docker:[^	]*/web	1\.8\.1 \(' -o 'like:	worker	' -e ignore -- ir-deploys --kind deploy
is 'revision, version, author and message' "$(deploys '[.revision, .version, .author, .message]' | head -1)" "[\"$A\",\"1.8.1\",\"Ann\",\"the first\"]"
is 'and how the time is known' "$(deploys '.time_basis' | head -1)" '"container created"'
is 'it is what the engine says' "$(deploys .time | head -1 | cut -c2-20)" "$(docker inspect -f '{{.Created}}' "${PROJECT}_web_1" | cut -c1-19)"

git_ commit --allow-empty -qm 'in between'
B=$(commit tax 'the bad one') && build 1.8.2 "$B" && docker-compose -p "$PROJECT" up -d web >>"$T/spawn.log" 2>&1
is 'the second deploy: what ran before, and what lies between' "$(deploys '[.version, .previous_version, .previous_revision, .commits, .files, .current]' | head -1)" \
	"[\"1.8.2\",\"1.8.1\",\"$A\",2,[\"billing/tax.py\"],true]"
is 'the way back is there' "$(deploys '.previous_available' | head -1)" true
like 'a person reads it' "$(ir-deploys --kind deploy web 2>/dev/null | head -1)" '1\.8\.2 \(.{7}\) runs, by Ann, before it 1\.8\.1 \(.{7}\), which can be had, 2 commits: the bad one'
is 'the first one is remembered' "$(deploys .version | sed -n 2p)" '"1.8.1"'
is 'by its own handle' "$(deploys .id | sed -n 2p)" "$(ir-deploys --kind deploy -j web 2>/dev/null | jq -r 'select(.version == "1.8.1").id' | sed 's/.*/"&"/')"
H=$(ir-deploys --kind deploy -o id web 2>/dev/null | head -1)
check 'a handle stands for a time' -o 'lacks:the first' -o 'has:the bad one' -e ignore -- ir-deploys --kind deploy -S "$H" web
check 'and for its service' -o 'lacks:worker' -o 'has:the bad one' -e ignore -- ir-deploys --kind deploy "$H"
check 'commits since a revision' -o 'lines:2' -o 'has:in between' -o 'has:the bad one' -- ir-deploys --kind commit "web@$A.."

check 'a prune cannot take what is kept' -o 'has:	web	' -e 'has:2 images of web are kept: shop-web:ir-keep-' -- ir-deploys record web --keep 2
docker stop "${PROJECT}_worker_1" >/dev/null && docker rm "${PROJECT}_worker_1" >/dev/null && docker image prune -f >/dev/null
is 'both are there' "$(docker images -q shop-web | sort -u | wc -l) $(deploys '.previous_available' | head -1)" '2 true'
check 'not where nothing may be changed' -s 3 -o ignore -e 'has:IR_READONLY' -- env IR_READONLY=1 ir-deploys record web --keep 1
check 'one is enough' -o ignore -e 'has:1 image of web is kept' -e ignore -- ir-deploys record web --keep 1
docker image prune -f >/dev/null
is 'an image that was pruned is gone' "$(deploys '.previous_available' | head -1)" false
like 'and that is said' "$(ir-deploys --kind deploy web 2>/dev/null | head -1)" '1\.8\.1 \(.{7}\), which is gone'

check 'a deploy script records' -o 'like:^dep-.*	ok	web	deploy:web	1\.8\.2 \(.{7}\) runs, by eve' -e ignore -- ir-deploys record web --by eve -m 'ticket 12'
is 'it is the same deploy, and more is known' "$(deploys '[.version, .author, .message, .known_by]' | head -1)" '["1.8.2","eve","ticket 12",["docker","ledger"]]'
is 'there are two as before' "$(deploys .version | wc -l)" 2
is 'a revision is what git makes of it' "$(ir-deploys record web --revision HEAD -j 2>/dev/null | jq -r 'select(.kind == "deploy") | .revision')" "$B"
check 'a failed one is bad' -o 'has: failed' -e ignore -s 1 -- ir-deploys record web --outcome failed --version-name 1.8.3 --revision deadbeef00
check 'what is misspelt' -s 1 -o empty -e "has:did you mean 'web'" -- ir-deploys --kind deploy -S 2030-01-01 wep
printf 'services:\n  web: { image: shop-web, network_mode: none, command: [exit, "3"] }\nversion: "2.4"\n' >docker-compose.yml
docker-compose -p "$PROJECT" up -d web >>"$T/spawn.log" 2>&1
await 20 sh -c "docker inspect -f '{{.State.Status}}' ${PROJECT}_web_1 | grep -q exited"
check 'one that ends at once is bad' -s 1 -o 'like:	fail	web	docker:.*/web	1\.8\.2 \(.{7}\) is unhealthy' -e ignore -- ir-deploys --kind deploy web
docker_down
check 'without the engine the memory is left' -s 2 -o 'has:1.8.2' -e 'has:start docker' -- ir-deploys --kind deploy web
done_testing
