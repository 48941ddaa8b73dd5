#!/usr/bin/env bash
# ir-deploys without an engine: commits as git has them, deploys that a log and a program tell of, what is recorded, times, mistakes
. "${0%/*}/../lib.sh"
need git jq
export DOCKER_HOST=unix://$T/no-engine.sock IR_TEST_NOW=2026-02-01T03:00:00Z
git_() {
	git -c user.name=Ann -c user.email=a@b.c "$@" >>"$T/spawn.log" 2>&1
}
# commit EPOCH TITLE
commit() {
	echo "$2" >>f && git_ add f && GIT_AUTHOR_DATE="@$1 +0000" GIT_COMMITTER_DATE="@$1 +0000" git_ commit -qm "$2"
}

check 'nothing at all' -s 69 -o like:^err- -e 'has:no git repository' -e 'has:ir-deploys record' -- ir-deploys
git_ init -b main .
check 'a repository without commits' -o empty -- ir-deploys --kind commit
for i in 1 2 3 4 5 6 7; do commit $((1769910000 + i * 600)) "change $i"; done
git_ tag -am release v1
check 'the last five' -o lines:5 -o 'like:^com-.{8}	2026-02-01T02:50:00.000Z	ok	-	git:[0-9a-f]{12}	change 7 \[v1\], by Ann$' -- ir-deploys
is 'the same as git log' "$(ir-deploys --last 0 -j | jq -r 'select(.kind == "commit").revision')" "$(git log --format=%H)"
is 'in its order, also of a merge' "$(git_ checkout -qb side HEAD~3 && commit 1769914500 'from the side' && git_ checkout -q main && GIT_COMMITTER_DATE='@1769914600 +0000' git_ merge --no-ff -m merged side; git_ checkout -q --theirs f; git_ add f; GIT_COMMITTER_DATE='@1769914600 +0000' git_ commit -qm merged; ir-deploys --last 4 --kind commit -j | jq -r 'select(.kind == "commit") | .revision + " " + (.merge | tostring)')" \
	"$(git log -4 --format='%H %P' | awk '{ print $1, (NF > 2 ? "true" : "false") }')"
check 'since a time' -o lines:3 -- ir-deploys -S 02:50 --kind commit
check 'until one' -o lines:2 -o 'has:change 1' -- ir-deploys -S 01:45 -U 02:01 --kind commit
check 'a revision that is none' -s 64 -o like:^err- -e "has:'x y' names no revision" -- ir-deploys --at 'x y'
check 'a range that is none' -s 64 -o like:^err- -e 'has:SERVICE@REV..REV' -- ir-deploys web@abc
check 'two ranges' -s 64 -o like:^err- -e 'has:only one range' -- ir-deploys web@v1.. web@v1..
check 'a range of what is not there' -s 2 -o 'has:git log: ' -e 'has:git log: ' -- ir-deploys --kind commit web@nowhere..

H=$(ir-deploys record web --revision v1 --by eve -m 'first' -o id)
like 'a recorded deploy has a handle' "$H" '^dep-.{8}$'
check 'it is told' -o "like:^$H	2026-02-01T03:00:00.000Z	ok	web	deploy:web	$(git rev-parse --short=7 v1^{}) runs, by eve: first$" -- ir-deploys --kind deploy
commit 1769914700 'after it'
IR_TEST_NOW=2026-02-01T04:00:00Z check 'the next one' -o 'has:3 commits' -o "has:before it $(git rev-parse --short=7 v1^{})" -- sh -c 'ir-deploys record web --revision HEAD >/dev/null && ir-deploys --kind deploy | head -1'
check 'a handle as a time' -o 'has:by root' -o 'lacks:first' -- sh -c "IR_TEST_NOW=2026-02-01T04:01:00Z ir-deploys --kind deploy -S 03:30"
check 'options of the one with the other' -s 64 -o like:^err- -e "has:'--by' is for 'record'" -- ir-deploys --by eve
check 'and the other way' -s 64 -o like:^err- -e 'has:takes no option' -- ir-deploys record web --plan
check 'no service' -s 64 -o like:^err- -e "has:takes one service" -- ir-deploys record
check 'no journal' -s 69 -o like:^err- -e 'has:no journal' -e ignore -- env IR_JOURNAL=off ir-deploys record web

check 'no name of a service' -s 64 -o 'like:^err-' -e 'has:is no name of a service' -- ir-deploys record web@x
check 'a plan without migrations' -s 64 -o 'like:^err-' -e 'has:--plan' -- ir-deploys --plan --kind deploy
check 'a range, and another revision' -s 64 -o 'like:^err-' -e 'has:exclude one another' -- ir-deploys --at HEAD web@v1..
mkdir "$T/elsewhere"
check 'nothing known of the code is said' -o 'has:something' -e 'has:say --revision or --version-name' -- sh -c "cd $T/elsewhere && ir-deploys record db"
check 'another environment has its own' -s 1 -o empty -e 'has:no deploy' -e ignore -- env IR_ENV=other ir-deploys --kind deploy web
check 'and ir-suspect keeps to it' -o 'lacks:deploy:web' -o 'has:git:' -e ignore -- env IR_ENV=other ir-suspect --onset 02:59
cat >"$T/deploys.log" <<'END'
{"service":"api","revision":"1111111aaaa","version":"1.0","time":"2026-02-01T01:00:00Z","author":"bob"}
not a line
{"service":"api","revision":"2222222bbbb","version":"1.1","time":"2026-02-01T02:00:00Z","status":"failed","message":"nope\u001b[31m"}
END
printf '%s\n' '[deploy "api"]' "log = $T/deploys.log" >"$IR_CONF"
check 'a log' -s 2 -o 'like:	fail	api	deploy:api	1\.1 \(2222222\) failed, before it 1\.0 \(1111111\): nope' -o 'has:1.0 (1111111) runs, by bob' -o 'unlike:[[:cntrl:]]\[31m' -e 'has:deploys.log:2: ' -- ir-deploys --kind deploy api
printf '%s\n' '[deploy "api"]' "command = echo '{\"revision\":\"3333333\",\"time\":1769911200,\"service\":\"'\$IR_SERVICE'\"}'" >"$IR_CONF"
check 'a program' -s 1 -o 'like:^dep-.*	2026-02-01T02:00:00.000Z	ok	api	deploy:api	3333333 runs, before it 1.0' -o 'has:1.1 (2222222) failed' -- ir-deploys --kind deploy api
printf '%s\n' '[deploy "api"]' 'command = sleep 100' >"$IR_CONF"
check 'a program that hangs' -s 2 -o 'has:err-' -e ignore -- ir-deploys --kind deploy -t 300ms -T 1s api
printf '%s\n' '[deploy "api"]' 'environment = x' >"$IR_CONF"
check 'a section that says nothing' -s 78 -o like:^err- -e 'has:[deploy "api"] does not say what knows of the deploys' -e 'has:hint: write type' -- ir-deploys
: >"$IR_CONF"
check 'a service of which nothing is known' -s 1 -e "has:no deploy of service 'wep' is known" -e 'has:ir-deploys record wep' -- ir-deploys --kind deploy wep

# An engine and a database that take connections, and never say a word.
P=$(free_port)
spawn "$TOOLS/peer" silent --unix "$T/silent.sock" --for 60
spawn "$TOOLS/peer" silent --listen "127.0.0.1:$P" --for 60
await 10 [ -S "$T/silent.sock" ]
printf 'version: "2"\nservices:\n  web: {image: x}\n' >docker-compose.yml
printf '%s\n' '[database "main"]' "url = postgresql://u@127.0.0.1:$P/shop" >"$IR_CONF"
check 'the silent ones are told of once, and the rest is there' -s 2 -o lines:7 -o 'like:^err-.*	docker	the engine at .*: no answer within ' -o 'like:^err-.*	migrations	database main: no answer within ' \
	-o 'has:change 7' -e ignore -- env DOCKER_HOST="unix://$T/silent.sock" ir-deploys -T 700ms --kind commit,deploy,migration -S 02:40
check 'also when it is interrupted' -s 124 -o 'like:^err-.*	docker	' -o 'has:change 7' -e ignore -- env DOCKER_HOST="unix://$T/silent.sock" timeout -s INT 1 ir-deploys -T 30s -t 20s
done_testing
