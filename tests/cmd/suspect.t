#!/usr/bin/env bash
# ir-suspect: changes ranked by records made by hand, what it says of each, and how it ends.
. "${0%/*}/../lib.sh"

export IR_TEST_NOW=2026-02-01T02:30:00Z DOCKER_HOST=unix://$T/no-engine.sock
RUN=run-00000000

# record KIND ID TIME STATUS SERVICE [MEMBERS]: a line as a command would print it
record() {
	printf '{"kind":"%s","v":1,"id":"%s","time":"%s","source":"test","run":"%s","status":"%s","env":"local","service":"%s","subject":"%s:%s","summary":"made by hand","refs":[]%s}\n' \
		"$1" "$2" "$3" "$RUN" "$4" "$5" "$1" "$5" "${6:+,$6}"
}

ended() {
	printf '{"kind":"end","v":1,"run":"%s","complete":true,"ok":1,"warn":0,"fail":0,"unknown":0,"off":[],"exit":0}\n' $RUN
}

# counts FROM TO MANY: three hours of minutes, one now and then, MANY a minute in [FROM, TO)
counts() {
	awk -v from="$1" -v to="$2" -v many="$3" 'BEGIN { for (i = 0; i < 180; i++) printf "%s%d", i ? "," : "", i >= from && i < to ? many + i % 3 : i % 11 == 5 }'
}

# pattern STATUS COUNTS [FILES]: errors of web, from 23:30 on
pattern() {
	record pattern pat-00000001 2026-02-01T02:29:00.000Z "$1" web \
		"\"level\":\"error\",\"template\":\"KeyError <*>\",\"trend\":\"more\",\"counts\":[$2],\"counts_from\":\"2026-01-31T23:30:00.000Z\",\"counts_every_ms\":60000,\"files\":[${3:-}]"
}

deploy() {
	record deploy "$1" "$2" ok "$3" "\"change\":\"${5:-deploy}\",\"revision\":\"$4\"${6:+,$6}"
}

# The errors began at 02:00.
near=$(deploy dep-0000000a 2026-02-01T01:59:20.000Z web 155dfed0c0ffee deploy '"files":["billing/views.py"],"files_changed":1')
far=$(deploy dep-0000000b 2026-02-01T00:20:00.000Z worker 0123456789ab)
late=$(deploy dep-0000000c 2026-02-01T02:10:00.000Z web feedbeef restart)
bad=$(pattern fail "$(counts 150 180 14)" '"/app/billing/views.py"')
flat=$(pattern warn "$(counts 180 180 14)")
{ echo "$near" && echo "$far" && echo "$late" && echo "$bad" && ended; } >case

check 'the change before the errors' -s 1 -i case -o save:rows -o lines:5 -o like:$'^sus-[0-9a-z]{8}\t2026-02-01T01:59:20.000Z\tfail\tweb\tdeploy:web\t0\\.9[0-9] likely: deploy web 155dfed0, 40s before the errors began; 0\\.094 → 15/min; billing/views.py changed in it' -- ir-suspect -
is 'is first' "$(head -1 rows | cut -f2)" 2026-02-01T01:59:20.000Z
like 'one of long before is none' "$(cat rows)" $'\tok\tworker\t.*0\\.00 no evidence: deploy worker 01234567, 1h40m before the errors began'
like 'nor is what was done about it' "$(cat rows)" $'\tok\tweb\t.*no evidence: restart web feedbeef; the errors began 10m before it'
like 'something else is an answer' "$(cat rows)" $'\tok\t-\tother\t'
like 'nothing is, too' "$(cat rows)" $'\tok\t-\tnone\t'
sort -r case >reversed
check 'the order of the input says nothing' -s 1 -i reversed -o file:rows -- ir-suspect -
check 'the same again' -s 1 -i case -o file:rows -- ir-suspect -

check 'as JSON' -s 1 -i case -o save:json -o like:'"kind":"suspect".*"change":"dep-0000000a","change_kind":"deploy","rank":1' -o like:'^\{"kind":"end"' -- ir-suspect -j -
is 'the probabilities are one' "$(jq -s 'map(select(.kind == "suspect").probability) | add | . * 100 | round' json)" 100
is 'the onset' "$(jq -r 'select(.rank == 1) | .onset, .lag_s' json | tr '\n' ' ')" '2026-02-01T02:00:00.000Z 40 '
like 'it rests on the change and the pattern' "$(jq -c 'select(.rank == 1).refs' json)" 'dep-0000000a.*pat-00000001'
check 'a handle gives all of it back' -o has:'file=4: billing/views.py' -o has:p_log10 -- ir-show "$(head -1 rows | cut -f1)"
check 'the likeliest alone' -s 1 -i case -o lines:1 -- ir-suspect --top 1 -
check 'only what is likely' -s 1 -i case -o lines:1 -- ir-suspect --only fail -

check 'why' -s 1 -i case -o like:'^  file=4: billing/views.py changed in it, which the errors name \(pat-00000001\)$' -o like:'^  kind=0\.15: a restart seldom is a cause$' \
	-o like:'^  service=[1-9].*: web is what fails \(pat-00000001\)$' -o like:'^  time=' -o like:'^  prior=' -- ir-suspect --explain -
is 'below each row' "$(ir-suspect --explain - <case | grep -c '^sus-')" 5
check '... that is shown' -s 1 -i case -o unlike:worker -o like:'^  time=' -- ir-suspect --explain --only fail -
check '... in text alone' -s 1 -i case -o unlike:'^  ' -- ir-suspect --explain -o tsv -

# What else may be so
{ echo "$far" && echo "$bad" && ended; } >other
check 'no change is near' -i other -o like:$'other\t0\\.99 something' -- ir-suspect -
{ echo "$near" && echo "$flat" && ended; } >flat
check 'errors that go on as ever accuse nobody' -i flat -o unlike:likely -o like:$'none\t' -- ir-suspect -
{ deploy dep-0000000d 2026-02-01T02:29:20.000Z web cafe && echo "$flat" && ended; } >early
check 'too early to tell' -s 2 -i early -o like:$'\tunknown\tweb\t.*too early: deploy web cafe, 40s of data after it' -- ir-suspect -
{ echo "$near" && record migration mig-0000000a 2026-02-01T01:58:40.000Z ok '' '"app":"shop","name":"0012_drop","state":"applied","applied":"2026-02-01T01:58:40.000Z","drops":true' && echo "$bad" && ended; } >pair
check 'two that cannot be told apart are one' -s 1 -i pair -o lines:3 -o like:'not to be told from migration shop.0012_drop \(0\.[0-9]+ of it\)' -- ir-suspect -
is '... with both handles' "$(ir-suspect -j - <pair | jq -c 'select(.rank == 1).group')" '["dep-0000000a","mig-0000000a"]'
{ echo "$near" && record migration mig-0000000b 2026-02-01T01:59:00.000Z ok '' '"app":"shop","name":"0013","state":"pending"' && echo "$bad" && ended; } >pending
check 'what was not run did nothing' -s 1 -i pending -o unlike:mig -o lines:3 -- ir-suspect -

# Undone
back='"previous_revision":"feedbeef"'
first=$(deploy dep-00000010 2026-01-31T22:00:00.000Z web aaaa)
second=$(deploy dep-00000011 2026-02-01T01:55:00.000Z web bbbb)
undone=$(deploy dep-00000012 2026-02-01T02:10:00.000Z web aaaa rollback "$back")
{ echo "$first" && echo "$second" && echo "$undone" && deploy dep-00000013 2026-02-01T01:59:00.000Z web2 cccc && pattern fail "$(counts 150 161 14)" && ended; } >ended
check 'the errors ended with its rollback' -s 1 -i ended -o like:'likely: deploy web bbbb, [56]m before the errors began.*the errors ended when it was undone' -e ignore -- ir-suspect --top 1 -
{ echo "$first" && echo "$second" && echo "$undone" && pattern fail "$(counts 150 180 14)" && ended; } >went-on
check 'they went on after it' -i went-on -o like:'no evidence: deploy web bbbb.*the errors went on after it was undone' -e ignore -- ir-suspect -
check '... with the handle of the rollback' -i went-on -o like:'^  undone=.*\(dep-00000012\)' -e ignore -- ir-suspect --explain -

# What needs what
{ deploy dep-00000014 2026-02-01T01:59:00.000Z db dddd && deploy dep-00000015 2026-02-01T01:20:00.000Z mail eeee && echo "$bad" && ended; } >needs
check 'without a compose file' -s 1 -i needs -o like:'^  service=0.*: web fails, which does not need db' -- ir-suspect --explain -
printf 'services:\n  web:\n    image: x\n    depends_on: [api]\n  api:\n    image: x\n    depends_on: [db]\n  db:\n    image: x\n  mail:\n    image: x\n' >compose.yml
check '... and with one' -s 1 -i needs -o like:'^  service=0\.4.*: web, which fails, needs db' -o like:'^  service=0\.1.*: web fails, which does not need mail' -- ir-suspect --explain -
printf '[service "api"]\ncompose = backend\n' >"$IR_CONF"
sed -i 's/api/backend/' compose.yml
{ deploy dep-00000016 2026-02-01T01:59:00.000Z api dddd && deploy dep-00000015 2026-02-01T01:20:00.000Z mail eeee && echo "$bad" && ended; } >named
check 'services have our names' -s 1 -i named -o like:'^  service=[01].*: web, which fails, needs api' -- ir-suspect --explain -
rm compose.yml && : >"$IR_CONF"

# Times from elsewhere
{ echo "$near" && echo "$far" && ended; } >changes
check 'the operator says when' -s 1 -i changes -o like:'likely: deploy web 155dfed0, 40s before' -- ir-suspect --onset 02:00 -
{ echo "$near" && echo "$far" && record alert alr-0000000a 2026-02-01T02:01:00.000Z fail web '"name":"errors"' && ended; } >alert
check 'an alert does' -s 1 -i alert -o like:'likely: deploy web 155dfed0, 1m40s before' -- ir-suspect -
{ echo "$near" && record check chk-0000000a 2026-02-01T02:20:00.000Z fail web '"name":"container","finished":"2026-02-01T02:00:10.000Z"' && ended; } >exited
check 'a container that ended does' -s 1 -i exited -o like:'likely: deploy web 155dfed0, 5[0-9]s before' -- ir-suspect -
printf '[check "login"]\nservice = web\ncommand = test ! -e %s/broken\n' "$T" >"$IR_CONF"
IR_TEST_NOW=2026-02-01T01:59:50Z ir-health -o id login >id
touch "$T/broken"
IR_TEST_NOW=2026-02-01T02:00:30Z ir-health login >"$T/said"
IR_TEST_NOW=2026-02-01T02:20:00Z ir-health login >"$T/said"
check 'the journal knows since when a check fails' -s 1 -i changes -o like:'likely: deploy web 155dfed0' -- ir-suspect "$(cat id)" -
check 'what is asked about' -s 1 -i changes -o like:'155dfed0' -o lines:4 -- ir-suspect --for "$(cat id)" -

# From the journal: lines as lib/rec/journal.h has them, made by hand
seq=0 prev=$(printf '%064d' 0)
remember() {
	local record head
	while IFS= read -r record; do
		seq=$((seq + 1)) record=${record//"$RUN"/run-0000000$((seq % 2))}
		head=$(printf '{"seq":%d,"prev":"%s","key":"","sha256":"%s"' $seq "$prev" "$(printf %s "$record" | sha256sum | cut -d' ' -f1)")
		printf '%s,"record":%s}\n' "$head" "$record"
		prev=$(printf %s "$head" | sha256sum | cut -d' ' -f1)
	done >>"$T/remembered/2026-02-01.jsonl"
}
mkdir -m 700 "$T/remembered" && (umask 077 && : >"$T/remembered/2026-02-01.jsonl")
{ echo "$far" && echo "$near" && echo "$bad"; } | remember
check 'without operands: what the journal has' -s 1 -o save:journal -o like:'likely: deploy web 155dfed0, 40s before' -o lines:4 -- env IR_JOURNAL="$T/remembered" ir-suspect
is 'the same as piped' "$(head -4 <journal)" "$({ echo "$near" && echo "$far" && echo "$bad" && ended; } | ir-suspect -)"
check 'what is older than a day is no trouble any more' -s 2 -e like:'nothing tells when trouble began' -- env IR_TEST_NOW=2026-02-03T02:30:00Z IR_JOURNAL="$T/remembered" ir-suspect
rm -rf "$T/remembered" && mkdir -m 700 "$T/remembered" && (umask 077 && : >"$T/remembered/2026-02-01.jsonl")
seq=0 prev=$(printf '%064d' 0)
{ echo "$far" && echo "$near" && echo "$bad" && record incident inc-0000000a 2026-02-01T02:05:00.000Z fail web '"began":"2026-02-01T02:05:00.000Z","title":"checkout is down","state":"open"'; } | remember
check 'of the incident that is open, however long it takes' -s 1 -o like:'likely: deploy web 155dfed0' -- env IR_TEST_NOW=2026-02-04T02:30:00Z IR_JOURNAL="$T/remembered" ir-suspect
check '... and asked about' -s 1 -o like:'likely: deploy web 155dfed0' -- env IR_JOURNAL="$T/remembered" ir-suspect --for inc-0000000a

# What is missing
check 'without operands the journal is asked: no change is known' -s 2 -e like:'no change is known' -e like:'hint: let the deploy script say so' -- ir-suspect
check 'an empty journal' -s 2 -e like:'nothing tells when trouble began' -e like:'hint: say --onset TIME' -- env IR_JOURNAL="$T/empty" ir-suspect
check 'no journal' -s 69 -o ignore -e like:journal -- env IR_JOURNAL=off ir-suspect
check 'changes alone' -s 2 -i changes -e like:'nothing tells when trouble began' -- ir-suspect -
{ echo "$bad" && ended; } >trouble
check 'trouble alone' -s 2 -i trouble -e like:'no change is known' -- ir-suspect -
{ echo "$near" && record check chk-0000000b 2026-02-01T02:20:00.000Z ok web '"name":"login"' && ended; } >well
check 'nothing is wrong' -i well -e like:'nothing is wrong in 1 record' -- ir-suspect -
check 'nothing at all' -s 2 -i /dev/null -e ignore -- ir-suspect -
head -4 case >cut
check 'an input that is cut short' -s 2 -i cut -o like:likely -e has:incomplete -- env IR_JOURNAL=off ir-suspect -
check 'a long ago change is told of' -i other -o ignore -e like:'1 change lies so long before' -- sh -c "{ printf '%s\n' '$(deploy dep-0000000e 2026-01-20T00:00:00.000Z web dddd)'; cat; } | ir-suspect -"
check 'what it does not use is passed on' -s 1 -o has:'"kind":"line"' -- sh -c "{ printf '%s\n' '$(record line lin-0000000a 2026-02-01T02:00:00.000Z ok web '"text":"hm","level":null,"stream":null,"logger":null,"ids":[],"late":null')'; cat case; } | ir-suspect -j -"

# Mistakes, and hostile input
check 'a handle that tells of no trouble' -s 64 -i case -o ignore -e like:'tells of no trouble' -- ir-suspect --for "$(head -1 rows | cut -f1)" -
check 'a handle that nobody knows' -s 65 -o ignore -e has:dep-zzzzzzzz -- ir-suspect dep-zzzzzzzz
check 'what is no record' -s 65 -o ignore -e has:'line 1' -- sh -c 'echo hello | ir-suspect -'
odd='"counts":["x",null,1e300,-5,{}],"counts_from":7,"counts_every_ms":"y","files":[1,null,{}],"services":"web","first_seen":[]'
{ echo "$near" && record pattern pat-0000000b 2026-02-01T02:29:00.000Z fail web "\"level\":\"error\",$odd" && echo "$bad" && ended; } >odd
check 'members of other types' -s 1 -i odd -o like:likely -- ir-suspect -
{ deploy dep-0000000f 2026-02-01T01:59:20.000Z $'we\\u001b[31mb' 'ev\u001b]0;il' && echo "$bad" && ended; } >escape
check 'escape sequences' -s 1 -i escape -o unlike:$'\033' -o has:'\x1b' -- ir-suspect --explain -
{ for i in {10000..12999}; do deploy "dep-000$i" "2026-02-01T0$((i % 2)):$((i % 50 + 10)):$((i % 40 + 10)).000Z" web "$i"; done; echo "$bad"; ended; } >many
check 'three thousand changes' -i many -o lines:10 -- timeout 20 ir-suspect -
big=$(printf '%.0s9' {1..18})
{ echo "$near" && pattern fail "0,0,0,$big,$big,$big" && ended; } >big
check 'counts of all there is' -i big -e ignore -o like:$'other\t' -- ir-suspect -
check 'a full disk' -s 74 -i case -e ignore -- sh -c 'ir-suspect - >/dev/full'
done_testing
