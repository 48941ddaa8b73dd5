#!/usr/bin/env bash
# ir-logs on many containers at once, beside one that floods: 200 of them when the tests are soaked
. "${0%/*}/../lib.sh"
need docker jq
: "${MANY:=$([ -n "${IR_SOAK:-}" ] && echo 200 || echo 12)}"

docker_up
project=many-${T##*.}
project=${project,,}
at_end ir_compose_remove "$DOCKER_HOST" "$project"
of=(--network none --label "com.docker.compose.project=$project")
box "${of[@]}" --label com.docker.compose.service=flood --log-opt max-size=20m --log-opt max-file=2 -- flood
flood=$BOX
run_one() {
	docker run -d "${of[@]}" --label "com.docker.compose.service=s$(($1 % 7))" --name "$project-$1" box print "out=container $1 begins" "err=container $1 goes on" long=20000 "out=container $1 ends" >/dev/null
}
for ((i = 1; i <= MANY; i++)); do
	run_one $i 2>>"$T/spawn.log" &
	((i % 6)) || wait
done
wait
is 'all have run' "$(docker ps -aq --filter "label=com.docker.compose.project=$project" | wc -l)" $((MANY + 1))
ended() {
	[ "$(docker ps -q --filter "label=com.docker.compose.project=$project" | wc -l)" -eq 1 ]
}
await 60 ended

check "the lines of $MANY containers" -o save:"$T/lines" -- \
	ir-logs -p "$project" -s s0,s1,s2,s3,s4,s5,s6 --lines --all -j
is 'from each of them, on both streams' "$(jq -r 'select(.kind == "line") | .subject' "$T/lines" | sort -u | wc -l)" $((2 * MANY))
is 'four of each' "$(jq -r 'select(.kind == "line") | .subject' "$T/lines" | sed 's,/std[a-z]*$,,' | sort | uniq -c | awk '$1 != 4' | wc -l | head -1)" 0 ||
	diag "$(jq -r 'select(.kind == "line") | .subject' "$T/lines" | sort | uniq -c | head)"
is 'each said by its own' "$(jq -r 'select(.kind == "line" and (.text | startswith("container"))) | .subject + " " + .text' "$T/lines" |
	awk '{ n = $1; sub(/.*-/, "", n); sub(/\/.*/, "", n); if (n != $3) print }' | head -3)" ''

# followed beside a flood: each is told at once, and the memory stays
ir-logs -f -p "$project" --tail 100 --grep "container [0-9]+ ends" -j >"$T/followed" 2>"$T/follow.err" &
follower=$!
told() {
	[ "$(grep -c 'container [0-9]* ends' "$T/followed")" -eq "$MANY" ]
}
ok "the last words of $MANY containers, while another one floods" await 60 told
peak=$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$follower/status")
kill -TERM $follower
wait $follower
ok "within 128 MiB: $peak KiB" [ "${peak:-999999}" -lt 131072 ]
docker kill "$flood" >/dev/null
done_testing
