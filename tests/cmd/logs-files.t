#!/usr/bin/env bash
# ir-logs over files as they are: rotated, packed, cut, deleted, growing, sparse, unreadable, no files at all, and a full disk under the journal
. "${0%/*}/../lib.sh"

need jq gzip zstd
export IR_TEST_NOW=2026-02-01T02:15:00Z DOCKER_HOST=unix://$T/no-engine.sock
unset LOKI_ADDR

# line TIME WORDS
line() { echo "2026-02-01T$1Z ERROR $2"; }

# what OPERAND…: the words of all lines, in order of time
what() { ir-logs --lines --all -c summary "$@" 2>/dev/null | sed 's/.*ERROR //' | paste -sd' '; }

# ---- rotated, some of them packed

line 01:00:00 one | gzip >app.log.3.gz
line 01:10:00 two | zstd -q >app.log.2.zst
line 01:20:00 three >app.log.1
line 01:30:00 four >app.log
touch -d 2026-02-01T01:00:00Z app.log.3.gz
touch -d 2026-02-01T01:10:00Z app.log.2.zst
touch -d 2026-02-01T01:20:00Z app.log.1
is 'a file alone' "$(what ./app.log)" four
is 'with the siblings that reach into the time' "$(what -S 01:05 ./app.log)" 'two three four'
is 'and all of them' "$(what -S 00:30 ./app.log)" 'one two three four'
is 'named by a pattern' "$(what './app.log*')" 'one two three four'
is 'named one by one' "$(what ./app.log.1 ./app.log.3.gz ./app.log)" 'one three four'
is 'they are one stream' "$(ir-logs --lines --all -c subject './app.log*' 2>/dev/null | sort -u)" "file://$PWD/app.log"
cat app.log.3.gz app.log.2.zst app.log >joined
is 'gzip, zstd and text in one file' "$(what ./joined)" 'one two four'
is 'the same on standard input' "$(what - <joined)" 'one two four'
is 'and through a pipe' "$(cat joined | what -)" 'one two four'

# ---- cut off, corrupt, packed otherwise

for ((i = 0; i < 3000; i++)); do line 01:00:00 "thing $i failed"; done | gzip >whole.gz
head -c $(($(stat -c %s whole.gz) / 2)) whole.gz >half.gz
check 'half of a packed file: its lines count, and it is told' -s 2 -o 'like:^err-.*half.gz.*it ends in the middle' -o 'like:^pat-.*[0-9]×: thing ' -e like:'ends in the middle' -- ir-logs ./half.gz
printf 'xxxx' | dd of=whole.gz bs=1 seek=2000 conv=notrunc status=none
check 'a corrupt one' -s 2 -o 'like:^err-.*whole.gz.*it is corrupt' -o ignore -e like:corrupt -- ir-logs ./whole.gz
printf '\375\067zXZ\000\000\004' >app.xz
check 'one that is packed otherwise' -s 2 -o 'like:^err-.*app.xz.*not by gzip or zstd' -e like:'hint: run: xzcat FILE \| ir-logs -' -e ignore -- ir-logs ./app.xz
head -c 100000000 /dev/zero | gzip >bomb.gz
check 'what unpacks to a thousand times its size is just long' -e ignore -o ignore -- "$TOOLS/cost" "$T/cost" ir-logs ./bomb.gz
# a sanitizer takes some more
ok 'and takes no memory' [ "$(cut -d' ' -f3 "$T/cost")" -lt 300000 ]

# ---- no files of lines

check 'a directory' -s 2 -o 'like:^err-.*is a directory' -e "like:hint: name its files: '.*/\*.log'" -e like:directory -- ir-logs ./
check 'a pattern that matches nothing' -s 2 -o 'like:^err-.*no file matches' -e like:'no file matches' -e like:hint: -- ir-logs './no*such.log'
mkfifo fifo
(line 01:00:00 piped >fifo) &
is 'a FIFO, until its writer ends' "$(what ./fifo)" piped
wait
cp app.log secret.log && chmod 0 secret.log
if [ "$(id -u)" != 0 ]; then
	check 'no right to read it' -s 2 -o 'like:^err-.*Permission denied' -e like:'Permission denied' -e like:hint: -- ir-logs ./secret.log
elif can setpriv; then
	chmod 755 "$T" "$T/work" && export IR_JOURNAL=off
	check 'no right to read it' -s 2 -o 'like:^err-.*Permission denied' -e like:'Permission denied' -e like:hint: -- setpriv --reuid 65534 --clear-groups ir-logs ./secret.log
	export IR_JOURNAL=$T/journal
else
	skip setpriv 'no right to read it'
fi
truncate -s 10G sparse.log && line 01:00:00 'behind a hole' >>sparse.log
is '10 GiB of nothing' "$(timeout 20 bash -c "$(declare -f what); what ./sparse.log")" 'behind a hole'
is 'and its last line' "$(timeout 20 bash -c "$(declare -f what); what --tail 1 ./sparse.log")" 'behind a hole'
rm -f sparse.log

# ---- followed

follow() {
	: >followed
	ir-logs -f -c summary "$@" >followed 2>follow.err &
	follower=$!
}
followed() { [ "$(sed 's/.*ERROR //' followed | paste -sd' ')" = "$1" ]; }
unfollow() {
	kill -TERM $follower
	wait $follower
}
line 02:00:00 one >f.log
follow ./f.log
ok 'what is there' await 20 followed one
mv f.log f.log.1 && line 02:00:01 two >>f.log.1 && line 02:00:02 three >f.log
ok 'renamed while it is written to, and made again: nothing is lost' await 20 followed 'one two three'
: >f.log && line 02:00:03 four >>f.log
ok 'cut to nothing' await 20 followed 'one two three four'
rm f.log && line 02:00:04 five >f.log
ok 'deleted, and made again' await 20 followed 'one two three four five'
unfollow
follow './new/*.log'
mkdir new && line 02:00:05 first >new/a.log
ok 'a directory and a file that were not there' await 20 followed first
line 02:00:06 second >new/b.log
ok 'and another' await 20 followed 'first second'
unfollow

# ---- a full disk under the journal

check 'what the log says is told all the same, and what the journal lacks is said' -o 'like:^pat-.*1×: one$' -o lines:3 -e 'like:warning: no journal.*File too large' -- bash -c 'trap "" XFSZ; ulimit -f 1; ir-logs ./joined'
done_testing
