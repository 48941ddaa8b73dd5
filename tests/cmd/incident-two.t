#!/usr/bin/env bash
# ir-incident: two runs at once, a run that is killed, and what is slow beside what is not
. "${0%/*}/../lib.sh"
need jq python3
export DOCKER_HOST=unix://$T/no-engine.sock IR_WHO=ana IR_ENV=shop
port=$(free_port)
spawn python3 "$TOP/tests/fakes/channels.py" "$port" "$T/asked"
await 5 grep -q "^port $port" "$T/spawn.log"
printf '%s' xoxb-right >"$T/token" && chmod 600 "$T/token"
# gate NAME: a program that takes a post when $T/NAME is there, and says in $T/NAME.log that it did
cat >"$T/gate" <<'END'
#!/bin/sh
read -r post
: >"$1.came"
until [ -e "$1" ]; do sleep 0.02; done
printf '%s\n' "$post" >>"$1.log"
END
chmod 755 "$T/gate"

# What one run learns late does not take back what another said meanwhile.
printf '[channel "gate"]\ncommand = %s\n[channel "bot"]\ntype = slack\ntoken-file = %s\nto = C1\nserver = http://127.0.0.1:%s\n' "$T/gate $T/a" "$T/token" "$port" >"$IR_CONF"
ir-incident open First >"$T/first" 2>&1 &
P=$!
await 5 test -e "$T/a.came"
check 'closed while the run that opened it is at work' -o 'has:closed after' -- ir-incident close --no-post
: >"$T/a"
wait "$P"
like 'which learns a thread' "$(cat "$T/first")" 'done.*post:bot'
is 'and notes it' "$(ir-incident list --all -j | jq -c 'select(.kind == "incident") | [.title, .state, (.threads | length)]')" '["First","closed",1]'
check 'it is closed still' -o empty -- ir-incident list

# Eight open at once: one of them does.
: >"$IR_CONF"
P=
for i in 1 2 3 4 5 6 7 8; do ir-incident open "Number $i" --no-post >"$T/open.$i" 2>&1 & P="$P $!"; done
wait $P
check 'one is open' -o lines:1 -- ir-incident list
is 'the others were told' "$(cat "$T"/open.* | grep -c "^ir-incident: inc-.* is open in environment 'shop'")" 7
ir-incident severity sev1 --no-post >"$T/out1" 2>&1 & P=$!
ir-incident assign bob --no-post >"$T/out2" 2>&1
wait "$P"
check 'of two changes at once none is lost' -o 'like:sev1, open: Number .; lead: bob' -- ir-incident list

# Three posts at once: whoever sends it, each knows that it was sent.
printf '[channel "gate"]\ncommand = %s\n' "$T/gate $T/b" >"$IR_CONF"
P=
for i in 1 2 3; do ir-incident note --post "note $i" >"$T/note.$i" 2>&1 & P="$P $!"; done
await 5 test -e "$T/b.came"
await 5 sh -c "ls $IR_JOURNAL/outbox/*.json | wc -l | grep -qx 3"
: >"$T/b"
wait $P
is 'each was sent once' "$(jq -r '.text | split("\n")[0]' "$T/b.log" | sort | tr '\n' ' ')" 'note 1 note 2 note 3 '
is 'and told as sent' "$(cat "$T"/note.* | grep '^act-' | cut -f3 | sort -u)" 'done'
is 'every action has its own id' "$(cat "$T"/note.* | grep -c '^act-')" "$(cat "$T"/note.* | grep '^act-' | cut -f1 | sort -u | wc -l)"

# Many that wait, and one more.
chmod 600 "$IR_CONF"
printf '[channel "gate"]\ncommand = exit 1\n' >"$IR_CONF"
for ((i = 0; i < 40; i++)); do ir-incident note --post "n $i"; done >"$T/out" 2>&1
check 'what was not even tried is one row' -s 4 -o lines:4 -o 'has:39 earlier posts wait, not tried now' -o 'has:command ended with status 1; kept, and sent by the next run' -- ir-incident note --post last
printf '[channel "gate"]\ncommand = cat >>%s\n' "$T/c" >"$IR_CONF"
check 'forty go out with the next' -o lines:43 -- ir-incident note --post more
is 'all of them, in order' "$(jq -r '.text | split("\n")[0]' "$T/c" | md5sum)" "$( (for ((i = 0; i < 40; i++)); do echo "n $i"; done; echo last; echo more) | md5sum)"

# A channel that has taken none for so long that it is full
printf '[channel "dead"]\ncommand = exit 1\n[channel "log"]\nfile = %s\n' "$T/full.log" >"$IR_CONF"
ir-incident note --post first >"$T/out" 2>&1
f=$(ls "$IR_JOURNAL"/outbox/*.json) channel=${f##*/} channel=${channel:25:8}
for ((i = 10; i < 1010; i++)); do printf -v name '%010d-1769911964918-%s-%08d.json' $i "$channel" $i && cp "$f" "${f%/*}/$name"; done
check 'is told, and delays no other' -s 4 -o 'like:failed.*post:dead	not sent, and not kept: 1000 posts wait for it already' -o 'like:done.*post:log	sent' -- ir-incident note --post second
is 'which has it' "$(grep -c second "$T/full.log")" 1
rm "$IR_JOURNAL"/outbox/*.json

# A ticket system that hangs: nobody waits for it, and who is killed over it loses no post.
printf '[channel "log"]\nfile = %s\n[ticket]\ngithub = a/b\nurl = http://127.0.0.1:%s/say/hang\n' "$T/log" "$port" >"$IR_CONF"
ir-incident assign zoe >"$T/out" 2>&1 & P=$!
ok 'the channel is told at once' await 3 grep -q 'Lead changed' "$T/log"
kill -TERM "$P"
wait "$P"
is 'interrupted' $? 130
like 'nobody knows of the ticket' "$(cat "$T/out")" 'unknown.*ticket:ticket'
ir-incident open --env other 'Second' >"$T/out" 2>&1 & P=$!
await 3 sh -c "ls $IR_JOURNAL/outbox/*.json"
{ kill -KILL "$P"; wait "$P"; } 2>/dev/null
printf '[channel "log"]\nfile = %s\n' "$T/log" >"$IR_CONF"
check 'the next run sends what the killed one kept' -o 'like:sent: Second' -- ir-incident note --env other --post after
is 'once' "$(grep -c 'Z Second' "$T/log")" 2

# Secrets that programs tell are waited for beside the rest.
printf '#!/bin/sh\n: >%s.came\nuntil [ -e "$1" ]; do sleep 0.02; done\necho http://127.0.0.1:%s/say/ok/$2\n' "$T/d" "$port" >"$T/tell" && chmod 755 "$T/tell"
{
	printf '[channel "slow"]\nurl-command = %s %s one\n[channel "slower"]\nurl-command = %s %s two\n' "$T/tell" "$T/d" "$T/tell" "$T/d"
	printf '[channel "none"]\nurl-command = echo away >&2; exit 3\n[channel "log"]\nfile = %s\n[channel "gate"]\ncommand = cat >>%s\n' "$T/log" "$T/e"
} >"$IR_CONF"
ir-incident note --post 'beside' >"$T/out" 2>&1 & P=$!
ok 'others are told meanwhile' await 3 grep -q beside "$T/log"
ok 'programs, too' await 3 grep -q beside "$T/e"
ok 'the slow one is asked' await 3 test -e "$T/d.came"
: >"$T/d"
wait "$P"
is 'one of five was not told' $? 4
is 'the others were' "$(grep '^act-' "$T/out" | cut -f3,5 | tr '\t' ' ' | sort | tr '\n' ',')" 'done post:gate,done post:log,done post:slow,done post:slower,failed post:none,'
like 'why' "$(grep post:none "$T/out")" 'ir.conf:[0-9]+: url-command: exit status 3: away'
is 'both were posted' "$(jq -r '.path | select(test("/ok/"))' "$T/asked" | sort | tr '\n' ' ')" '/say/ok/one /say/ok/two '
unlike 'what they told is nowhere' "$(cat "$T/out" "$IR_JOURNAL"/*.jsonl "$IR_JOURNAL"/outbox/*.json)" '/say/ok/'
done_testing
