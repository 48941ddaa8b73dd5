#!/usr/bin/env bash
# ir-logs over files and standard input: patterns, news, lines, ids of lines, what was asked for wrongly
. "${0%/*}/../lib.sh"

need jq
export IR_TEST_NOW=2026-02-01T02:15:00Z DOCKER_HOST=unix://$T/no-engine.sock
unset LOKI_ADDR

# stamp SECONDS: that long after 01:00
stamp() { printf '2026-02-01T%02d:%02d:%02d.000Z' $((1 + $1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60)); }

# A shop for 75 minutes: 900 requests, a warning now and then, an old error; and from 02:03 on a new one.
for ((s = 0; s < 4500; s += 5)); do
	echo "$(stamp $s) INFO GET /cart/$s 200 in $((s % 90))ms"
	((s % 60)) || echo "$(stamp $s) WARN cache miss for key session:$s"
	((s % 300)) || echo "$(stamp $s) ERROR payment $s: card declined"
done >quiet.log
{
	cat quiet.log
	for ((s = 3780; s < 4490; s += 20)); do
		echo "$(stamp $s) ERROR order $s: connection to 10.0.0.$((s % 250)):5432 refused"
	done
} | sort -s -k1,1 >shop.log

# ---- patterns

check 'patterns of a file, the new error first' -s 1 -o lines:4 -o save:"$T/rows" -- ir-logs shop.log
like 'what is new comes first' "$(sed -n 1p "$T/rows")" $'^pat-[0-9a-z]{8}\t2026-02-01T02:14:[0-9.]+Z\tfail\t-\tlog:error\t36× new since 02:03Z: order <\*>: connection to <\*> refused$'
like 'then the old error' "$(sed -n 2p "$T/rows")" $'\twarn\t-\tlog:error\t15×: payment <\*>: card declined$'
like 'then the rest, warnings first' "$(sed -n 3p "$T/rows")" $'\tok\t-\tlog:warn\t75×: cache miss for key session:<\*>$'
like 'and at last what is usual' "$(sed -n 4p "$T/rows")" $'\tok\t-\tlog:info\t900×: GET '
first=$(head -1 "$T/rows" | cut -f1)

check 'as JSON, all members' -s 1 -o save:"$T/json" -e ignore -- ir-logs -j shop.log
is 'the numbers of the new one' "$(head -1 "$T/json" | jq -c '[.kind, .events, .lines, .level, .level_guessed, .trend, .before, .after, .split, .services, (.p_log10 < -3), .rate_before_per_min]')" \
	'["pattern",36,36,"error",false,"new",0,36,"2026-02-01T01:59:55.000Z",[],true,0]'
is 'its counts are its events' "$(head -1 "$T/json" | jq '.counts | add')" 36
is 'examples are there' "$(head -1 "$T/json" | jq '.examples[0] | contains("connection to 10.0.0.")')" true
is 'the lines of all patterns are those of the file' "$(jq -s 'map(select(.kind == "pattern") | .lines) | add' "$T/json")" "$(wc -l <shop.log)"
is 'the end tells how many' "$(tail -1 "$T/json" | jq -c '[.kind, .complete, .ok, .warn, .fail, .exit]')" '["end",true,2,1,1,1]'
check 'the same handles in another run' -s 1 -e ignore -o file:"$T/rows" -- ir-logs shop.log
check 'a handle gives all of it back' -o 'has:connection to <*> refused' -o has:10.0.0. -- ir-show "$first"
check 'a row does, too' -i "$T/rows" -o 'has:card declined' -- ir-show -

check 'only what fails, all as before' -s 1 -e ignore -o lines:1 -- ir-logs --only fail shop.log
check 'an old error alone is a warning' -e ignore -o like:$'\twarn\t' -- ir-logs quiet.log
check 'which is strictly bad' -s 1 -e ignore -o lines:3 -- ir-logs --strict quiet.log
unlike 'nothing is new in a quiet log' "$(ir-logs quiet.log 2>&1)" 'new|first|more'

check 'the first two' -s 1 -o lines:2 -e 'like:^ir-logs: 2 more patterns, 975 lines: --all$' -- ir-logs --top 2 shop.log
check 'all of them' -s 1 -o lines:4 -e unlike:more -- ir-logs --top 2 --all shop.log
check 'none, but the status' -s 1 -o empty -e like:'4 more patterns' -- ir-logs --top 0 shop.log
check 'columns' -s 1 -e ignore -o 'like:^error	36	new$' -- ir-logs -c level,events,trend shop.log
check 'quiet' -s 1 -o lines:4 -- ir-logs -q shop.log

# ---- since when

check 'compared with what came before an instant' -s 1 -e 'like:compared with what came before 2026-02-01T02:00:00.000Z \(as said\)' -o 'like:36× new since 02:03Z' -- ir-logs -v --new-since 02:00 shop.log
check 'an instant after the fault began' -e ignore -o 'like:^pat-.*36×: order' -- ir-logs --new-since 02:10 shop.log
check 'without a past nothing is new' -e ignore -o like:$'\twarn\t.*36×: order' -o unlike:new -- ir-logs --new-since 00:30 shop.log
is 'and it says so' "$(ir-logs -j --new-since 00:30 shop.log 2>/dev/null | jq -r 'select(.kind == "pattern") | .trend' | sort -u)" 'no baseline'
check 'since a record' -e 'like:compared with what came before 2026-02-01T02:1' -o ignore -- ir-logs -v --new-since "$first" shop.log
check 'a log of long ago is compared with its own past' -s 1 -e ignore -o 'like:36× new since 02:03Z' -- env IR_TEST_NOW=2026-03-01T00:00:00Z ir-logs shop.log
check 'nothing before a time' -e ignore -o lines:2 -o unlike:order -- ir-logs -U 01:59 --only ok shop.log
is 'nothing after one' "$(ir-logs -j -S 02:10 shop.log 2>/dev/null | jq -s 'map(select(.kind == "pattern") | .lines) | add')" "$(awk '$1 >= "2026-02-01T02:10"' shop.log | wc -l)"

# ---- what is picked

check 'by level' -s 1 -e ignore -o lines:2 -o unlike:'log:(info|warn)' -- ir-logs --level error shop.log
check 'by words' -e ignore -o lines:1 -o 'like:15×: payment' -- ir-logs --grep 'card declined' shop.log
check 'by an expression' -s 1 -e ignore -o lines:2 -- ir-logs --grep '(refused|declined)$' shop.log
check 'nothing matches' -s 1 -e "like:^ir-logs: no line matches 'nosuch'$" -- ir-logs --grep nosuch shop.log
check 'one pattern by its handle' -s 1 -e ignore -o lines:1 -o "like:^$first" -- ir-logs "$first" shop.log
check 'which is not there' -s 1 -e "like:^ir-logs: no line of $first was found$" -- ir-logs "$first" quiet.log
check 'a handle of a file says nothing about which' -s 64 -o ignore -e "like:pattern $first is of no service" -e 'like:hint: name the file' -- ir-logs "$first"
printf '[logs "shop"]\npath = %s/shop.log\nservice = web\n[logs "other"]\npath = %s/quiet.log\nservice = worker\n' "$PWD" "$PWD" >two.conf
export IR_CONF=$PWD/two.conf
check 'sections of ir.conf' -s 1 -e ignore -o lines:7 -o 'like:	fail	web	' -o 'like:	warn	worker	' -- ir-logs
check 'a service' -o lines:3 -e ignore -o unlike:$'\tweb\t' -- ir-logs worker
check 'a service by -s' -o lines:3 -e ignore -o unlike:$'\tweb\t' -- ir-logs -s worker
check 'a section' -s 1 -o lines:4 -e ignore -- ir-logs shop
check 'a service that nothing has' -s 1 -e "like:^ir-logs: no line of service 'nosuch' was found$" -- ir-logs nosuch
check 'and the nearest one' -s 1 -e "like:hint: did you mean 'worker'" -- ir-logs workr
is 'the same template of two services: two handles, which name both' "$(ir-logs -j 2>/dev/null | jq -c 'select(.kind == "pattern" and .level == "warn") | [.service, .services]' | sort | tr -d '\n')" '["web",["web","worker"]]["worker",["web","worker"]]'
ir-logs --only fail >row 2>/dev/null
check 'a row stands for its pattern, and is read again' -s 1 -i row -e ignore -o lines:1 -o 'like:36× new' -- ir-logs -
check 'a record, too' -s 1 -e ignore -o lines:1 -o 'like:36× new' -- bash -c 'ir-logs -j --only fail 2>/dev/null | ir-logs -'
export IR_CONF=$T/ir.conf

# Many that are alike are counted at once, few one by one: all are of the service that ir.conf names, whatever they call themselves.
for ((s = 0; s < 1000; s++)); do echo "{\"time\":\"$(stamp $s)\",\"level\":\"info\",\"service\":\"shop\",\"msg\":\"hello $s\"}"; done >named.log
printf '[logs "n"]\npath = %s/named.log\nservice = web\n' "$PWD" >named.conf
check 'a service has one name' -o lines:1 -e ignore -o 'like:	web	log:info	1,000×: hello' -- env IR_CONF="$PWD/named.conf" ir-logs
check 'where none is given, that of the lines' -o lines:1 -e ignore -o 'like:	shop	log:info	1,000×: hello' -- ir-logs named.log

# ---- standard input

check 'lines on standard input' -s 1 -i shop.log -e ignore -o file:"$T/rows" -- ir-logs -
check 'through a pipe' -s 1 -e ignore -o lines:4 -- bash -c 'cat shop.log | ir-logs -'
check 'nothing on it' -o empty -- ir-logs -
check 'it is not read unasked' -s 69 -i shop.log -o ignore -e 'like:there are no logs to read' -e 'like:hint: name a file' -- ir-logs

# ---- ids of lines

check 'a label a line' -o lines:"$(wc -l <shop.log)" -o save:"$T/ids" -- ir-logs --assign shop.log
is 'they are the ids of the patterns' "$(sort -u "$T/ids")" "$(cut -f1 "$T/rows" | sort)"
is 'in order' "$(paste -d' ' "$T/ids" shop.log | grep refused | cut -d' ' -f1 | sort -u)" "$first"
check 'of standard input' -i shop.log -o file:"$T/ids" -- ir-logs --assign -
check 'of a file that is not there' -s 2 -e like:'not there' -- ir-logs --assign nosuch.log
check 'the reader goes away' -o lines:1 -- bash -c 'ir-logs --assign shop.log | head -1'
check 'a full disk' -s 74 -e like:'standard output' -- bash -c 'ir-logs --assign shop.log >/dev/full'

# ---- lines

{ echo '2026-02-01T02:00:01Z INFO a1'; echo '2026-02-01T02:00:03Z ERROR a3'; echo '  of a3'; echo '2026-02-01T02:00:05Z INFO a5'; } >a.log
{ echo '2026-02-01T02:00:02Z WARN b2'; printf '2026-02-01T02:00:04Z INFO b4 \e[31mred\e[0m\a\n'; } >b.log
check 'lines in the order of time' -s 1 -e ignore -o lines:6 -o save:"$T/lines" -- ir-logs --lines a.log b.log
is 'of both files' "$(grep -oE '[ab][0-9]( red)?$' "$T/lines" | tr '\n' ' ')" 'a1 b2 a3 a3 b4 red a5 '
like 'with their times, levels and places' "$(sed -n 2p "$T/lines")" $'^lin-[0-9a-z]{8}\t2026-02-01T02:00:02.000Z\twarn\t-\tfile://.*/b.log\t2026-02-01T02:00:02Z WARN b2$'
check 'the last ones' -e ignore -o lines:2 -- ir-logs --tail 2 a.log b.log
check 'the bad ones' -s 1 -e ignore -o lines:2 -o unlike:'[ab][1245]' -- ir-logs --lines -c summary --level error a.log b.log
check 'those that match' -e ignore -o lines:1 -o like:b2 -- ir-logs --lines --grep 'WARN +b' a.log b.log
check 'as JSON' -s 1 -e ignore -o save:"$T/json" -- ir-logs --lines -j a.log
is 'their members' "$(jq -c 'select(.kind == "line") | [.level, .text, .late]' "$T/json" | head -2 | tr -d '\n')" '["info","2026-02-01T02:00:01Z INFO a1",false]["error","2026-02-01T02:00:03Z ERROR a3",false]'
check 'no line matches' -s 1 -e "like:^ir-logs: no line matches 'nosuch'$" -- ir-logs --lines --grep nosuch a.log
check 'no line of a service' -s 1 -e "like:^ir-logs: no line of service 'nosuch' was found$" -- env IR_CONF="$PWD/two.conf" ir-logs --lines nosuch
line=$(head -1 "$T/lines" | cut -f1)
check 'a line is not journalled' -s 65 -o ignore -e like:"$line" -- bash -c "echo $line | ir-show -"
check 'two hundred lines unless more are asked for' -s 1 -e ignore -o lines:200 -- ir-logs --lines shop.log
check 'all of them' -s 1 -e ignore -o lines:"$(wc -l <shop.log)" -- ir-logs --lines --all shop.log
check 'all since a time' -s 1 -e ignore -o lines:"$(awk '$1 >= "2026-02-01T02:10"' shop.log | wc -l)" -- ir-logs --lines -S 02:10 shop.log

# ---- following

cp a.log grow.log
ir-logs -f grow.log >followed 2>followed.err &
follower=$!
has_line() { grep -q "$1" followed; }
ok 'what is there is printed' await 20 has_line a5
echo '2026-02-01T02:00:06Z INFO later' >>grow.log
ok 'what comes is printed' await 20 has_line later
kill -TERM $follower
wait $follower
is 'a signal ends it' "$?" 130
is 'nothing twice' "$(wc -l <followed)" 5
cp a.log grow.log
timeout 30 bash -c 'ir-logs -f grow.log 2>/dev/null | head -1 >/dev/null; echo "${PIPESTATUS[0]}" >gone' &
follower=$!
{ for ((i = 0; i < 200; i++)); do [ -e gone ] && break; echo '2026-02-01T02:00:06Z INFO more' >>grow.log; sleep 0.1; done; }
wait $follower
ok 'and so does a reader that goes away' [ -s gone ]

# ---- what cannot be read

check 'a file that is not there' -s 2 -o 'like:^err-.*unknown.*is not there' -e like:'is not there' -- ir-logs nosuch.log
check 'the others are read' -s 2 -o lines:5 -e like:'nosuch.log.*is not there' -- ir-logs nosuch.log shop.log
check 'a directory' -s 2 -o ignore -e like:'is a directory' -- ir-logs ./
check 'an empty file' -o empty -- ir-logs /dev/null
mkfifo fifo
exec 9<>fifo
check 'what never ends is cut off by the deadline' -s 2 -o 'like:^err-.*not read to its end within 300ms' -e 'like:not read to its end within 300ms' -e like:hint: -- ir-logs -T 300ms ./fifo
is 'and the run is not complete' "$(ir-logs -q -j -T 300ms ./fifo | tail -1 | jq -c '[.kind, .complete, .unknown, .exit]')" '["end",false,1,2]'
check 'as a plugin' -s 2 -o 'like:^CRITICAL' -e ignore -- ir-logs -o nagios shop.log
exec 9>&-
check 'without a journal' -s 1 -e like:'no journal' -o lines:4 -- env IR_JOURNAL=off ir-logs shop.log
printf 'no time here %d\n' 1 2 3 >timeless.log
check 'lines without times' -e unlike:zone -o 'like:3×: no time here <\*>$' -- ir-logs timeless.log
printf '2026-02-01 02:00:0%d ERROR x failed\n' 1 2 3 >zoneless.log
check 'a zone that is not named is said' -o 'like:02:00:03.000Z' -e 'like:times without a zone' -- ir-logs zoneless.log

# ---- mistakes

for pair in '--assign --lines' '--assign -f' '--assign --correlate' '--lines --correlate' '--tail=3 --new-since=1h' '-f -U=1h'; do
	# shellcheck disable=SC2086
	check "$pair exclude one another" -s 64 -o like:^err- -e like:'exclude one another' -- ir-logs ${pair/-U=/-U } shop.log
done
check 'no file to label' -s 64 -o like:^err- -e 'like:takes one file' -e like:hint: -- ir-logs --assign
check 'two files to label' -s 64 -o like:^err- -e 'like:takes one file' -e like:hint: -- ir-logs --assign a.log b.log
check 'a bad expression' -s 64 -e "like:'\(' is no regular expression" -e like:hint: -o ignore -- ir-logs --grep '(' a.log
check 'a level that is none' -s 64 -e like:loud -e like:. -- ir-logs --level loud a.log
check 'an empty name' -s 64 -o ignore -e like:'empty operand' -- ir-logs ''
printf '[logs "x"]\nservice = web\n' >bad.conf
check 'a section that says nothing' -s 78 -o ignore -e 'like:bad.conf:1: \[logs "x"\] does not tell of which type it is' -e like:hint: -- env IR_CONF="$PWD/bad.conf" ir-logs
check 'a password in a URL' -s 78 -e like:'password' -o ignore -- bash -c 'printf "[logs \"x\"]\nurl = http://u:p@h:8123\n" >pw.conf; IR_CONF=$PWD/pw.conf ir-logs'

# ---- words that may follow

mkdir -p deep/er && touch deep/er/one.log deep/er/two.log
completes() { is "completes '$1'" "$(ir-logs --complete line -- "$1" | cut -f1 | sort | tr '\n' ' ')" "$2"; }
completes sho 'shop.log '
IR_CONF=$PWD/two.conf completes sho 'shop shop.log '
IR_CONF=$PWD/two.conf completes w 'web worker '
completes deep/e 'deep/er/one.log deep/er/two.log '
completes deep/er/t 'deep/er/two.log '
completes nowhere/ ''
completes "${first:0:8}" "$first "
completes '--level=wa' '--level=warn '

done_testing
