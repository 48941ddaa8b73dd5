#!/usr/bin/env bash
# ir-suspect on what ir-deploys and ir-logs say of one evening: the deploy that broke it, one that did not, and an evening when nothing was deployed at all
. "${0%/*}/../lib.sh"
need git jq
export DOCKER_HOST=unix://$T/no-engine.sock
git_() {
	git -c user.name=Ann -c user.email=a@b.c "$@" >>"$T/spawn.log" 2>&1
}
git_ init -b main . && mkdir billing && echo a >billing/views.py && git_ add -A && GIT_COMMITTER_DATE='@1769900000 +0000' git_ commit -qm start
echo b >>billing/views.py && GIT_COMMITTER_DATE='@1769910000 +0000' git_ commit -qam 'new tax'
# log FROM: two and a half hours of a service that fails now and then, and from that second on again and again
log() {
	awk -v from="$1" 'BEGIN {
		for (s = 0; s < 9000; s += 3) {
			t = sprintf("2026-02-01T%02d:%02d:%02dZ", s / 3600, s % 3600 / 60, s % 60)
			print t, "INFO shop.web GET /cart 200 in", s % 77, "ms"
			if (s % 291 == 0) print t, "ERROR shop.web upstream timed out after 30s"
			if (s > from && s % 7 < 3)
				print t, "ERROR shop.web unhandled exception\nTraceback (most recent call last):\n  File \"/app/billing/views.py\", line 41, in pay\n    total = tax(order)\nKeyError: '\''vat'\''"
		}
	}' >web.log
}
printf '%s\n' '[logs "web"]' "path = $T/work/web.log" 'service = web' >"$IR_CONF"
IR_TEST_NOW=2026-01-31T20:00:00Z ir-deploys record web --revision HEAD~1 -q >/dev/null
IR_TEST_NOW=2026-02-01T01:20:00Z ir-deploys record worker --revision HEAD~1 -q >/dev/null
IR_TEST_NOW=2026-02-01T02:00:00Z ir-deploys record web --revision HEAD -q >/dev/null
export IR_TEST_NOW=2026-02-01T02:31:00Z

log 7240
check 'by itself: it has the others look' -s 1 -o 'like:^sus-.{8}	2026-02-01T02:00:00.000Z	fail	web	deploy:web	0\.9[0-9] likely' -e 'has:running ir-deploys, ir-logs, ir-health, ir-deps and ir-alerts first' -- ir-suspect
check 'and not again' -s 1 -o 'like:	fail	web	deploy:web	0\.9[0-9] likely' -e 'lacks:running' -- ir-suspect
check 'unless it is told to' -s 1 -o 'like:	fail	web	deploy:web	0\.9[0-9] likely' -e 'has:running' -- ir-suspect --look
check 'not with operands' -s 64 -o 'like:^err-' -e "has:drop '--look'" -- ir-suspect --look -
ir-deploys -j >deploys.json 2>/dev/null
ir-logs -j --new-since 02:00 >logs.json 2>/dev/null
check 'by what the journal remembers' -s 1 -o 'like:^sus-.{8}	2026-02-01T02:00:00.000Z	fail	web	deploy:web	0\.9[0-9] likely: deploy web [0-9a-f]{7,8}, 4[0-9]s before the errors began; .* → .*; billing/views.py changed in it' \
	-o 'like:	other	0\.0' -o 'like:	none	0\.0' -e ignore -- ir-suspect
cp "$T/out" remembered
check 'by records on standard input the same' -s 1 -o 'like:	fail	web	deploy:web	0\.9[0-9] likely' -e ignore -- sh -c 'cat deploys.json logs.json | ir-suspect -'
is 'in any order' "$(cat logs.json deploys.json | ir-suspect - -o id 2>/dev/null | sort | xargs)" "$(cat deploys.json logs.json | ir-suspect - -o id 2>/dev/null | sort | xargs)"
check 'why' -s 1 -o 'like:^  file=[1-9.]+: billing/views.py changed in it' -o 'has:(pat-' -e ignore -- ir-suspect --explain
check 'the worker is not' -s 1 -o 'like:	ok	worker	deploy:worker	0\.0[0-9] no evidence' -e ignore -- ir-suspect
is 'the record names the deploy' "$(ir-suspect -j 2>/dev/null | jq -r 'select(.kind == "suspect" and .rank == 1) | .change')" "$(ir-deploys --kind deploy -o id web 2>/dev/null | head -1)"

# the same errors, half an hour before anything was deployed
rm -rf "$IR_JOURNAL"
IR_TEST_NOW=2026-02-01T02:00:00Z ir-deploys record web --revision HEAD -q >/dev/null
log 5000
ir-deploys -j >deploys.json 2>/dev/null
ir-logs -j --new-since 01:20 >logs.json 2>/dev/null
check 'what came half an hour later is not blamed' -o 'like:^sus-.*	other	0\.[89]' -o 'unlike:	fail	' -e ignore -- ir-suspect
: >"$T/none"
check 'nothing to go by' -s 2 -o ignore -e 'has:nothing tells when trouble began' -e 'has:hint: say --onset' -- env IR_JOURNAL="$T/empty" IR_CONF="$T/none" ir-suspect
done_testing
