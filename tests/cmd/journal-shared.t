#!/usr/bin/env bash
# The journal of a team in PostgreSQL: handles between people, a server that is away, killed or never answers, rights, copies
. "${0%/*}/../lib.sh"
need postgresql psql jq

pg_up || done_testing
url="postgresql:///shop?host=$PG_DIR&port=$PG_PORT&user=admin"
printf '[journal]\nurl = %s\n' "$url" >"$IR_CONF"

# as NAME COMMAND…: somebody with a home and a journal of their own
as() {
	local who=$1
	shift
	mkdir -p "$T/$who"
	HOME=$T/$who IR_JOURNAL=$T/$who/journal IR_WHO=$who "$@"
}
rows() {
	pg_sql "SELECT ${1:-count(*)} FROM ir.journal"
}
# dead PID: gone, or not waited for yet by whoever has to
dead() {
	[ ! -e "/proc/$1" ] || grep -q '^[0-9]* (.*) Z' "/proc/$1/stat"
}
bad=tcp://127.0.0.1:1

check 'a run of the first person makes the shared journal' -s 1 -o lines:1 -- as ana ir-health "$bad"
row=$OUT id=${OUT%%	*}
is 'start, row and end are there' "$(rows "string_agg(kind, ' ' ORDER BY seq)")" 'start check end'
is 'with where they are from' "$(rows "string_agg(DISTINCT who || ' ' || (host <> ''), ' ')")" 'ana true'
check 'a handle resolves for the second' -o "has:$id" -o has:'connection refused' -- as bob ir-show "$id"
printf '%s' "$row" >pasted
check 'so does a pasted row, whose run was complete' -o "has:$id" -i pasted -- as bob ir-show -
check 'ir-show writes nothing' -o is:3 -- rows
as ana ir-health "$bad" >second
check 'a row of text picks its own observation by its time' -o "has:$(cut -f2 pasted)" -i pasted -- as bob ir-show -
check 'a handle alone is the newest' -o "has:$(cut -f2 second)" -- as bob ir-show "$id"
as bob ir-health -j "$bad" >json
sed '$d' json >cut
check 'records of JSON without their end: the end is found in the shared journal' -o "has:$id" -i cut -- as carl ir-show -
sed "s/\"run\":\"run-[a-z0-9]*\"/\"run\":\"run-00000000\"/" cut >never
check 'a run that nobody knows has no end' -s 2 -o "has:$id" -e 'has:has no end' -i never -- as carl ir-show -
check 'a handle that nobody knows' -s 1 -e 'has:is not in the journal' -- as bob ir-show chk-00000000
as bob ir-health "$bad" >"$T/out"
like 'completion knows the handles of others' "$(as bob ir-show --complete handle -- chk-)" "^$id	"
check 'a run in a directory with another shared journal begins at its start' -s 1 -o lines:1 -- as ana ir-health "$bad"

# a run that goes on
IR_JOURNAL=$T/ana/journal IR_WHO=ana ir-health -w --interval 1s "$bad" </dev/null >"$T/watched" 2>"$T/watched.err" &
watch=$!
ir_pids+=("$watch")
seen() {
	[ "$(rows "count(*) FILTER (WHERE kind = 'check' AND run = (SELECT run FROM ir.journal WHERE kind = 'start' ORDER BY seq DESC LIMIT 1))")" -gt 0 ] &&
		[ "$(rows "max(seq) FILTER (WHERE kind = 'start') > max(seq) FILTER (WHERE kind = 'end')")" = t ]
}
ok 'what a watching run sees is shared while it goes on' await 5 seen
stop "$watch"
is 'with nothing to say about it' "$(cat "$T/watched.err")" ''
as ana ir-health "$bad" >"$T/out"

# away
before=$(rows)
stop "$PG"
check 'without the server a run goes on, with its status and one warning' -s 1 -o lines:1 -e lines:1 -e 'like:^ir-health: warning: the shared journal cannot be written, 3 records wait here: .*' \
	-- as ana ir-health "$bad"
check 'the next one too' -s 1 -o lines:1 -e 'like:6 records wait here' -- as ana ir-health "$bad"
check 'with -q it is silent' -s 1 -o lines:1 -- as ana ir-health -q "$bad"
check 'what is here is found' -o "has:$id" -- as ana ir-show "$id"
check 'of what is not, it is said that nobody could be asked' -s 1 -e has:'is not in the journal here, and the shared one could not be asked' -e has:ir-doctor \
	-- as ana ir-show chk-00000000
check 'what others wrote lately is still known' -o "has:$id" -- as bob ir-show "$id"
check 'ir-doctor tells it' -s 1 -o 'like:fail	-	journal:shared	[0-9]+ records wait here: postgresql:///shop.*' -- as ana ir-doctor --only fail
rm -f "$T/ana/journal/shared"
pg_start
check 'with the server back, all of it is pushed' -s 1 -o lines:1 -- as ana ir-health "$bad"
is 'nothing is lost' "$(rows)" "$((before + 9 + 3 + $(grep -c '"source":"ir-doctor"' "$T/ana/journal/"*.jsonl)))"
is 'nothing is twice' "$(rows 'count(*) - count(DISTINCT (journal, host_seq))')" 0
check 'ir-doctor is content' -o 'like:ok	-	journal:shared	postgresql:///shop.*, writable, .*, 0 of ours waiting, head [0-9a-f]{12}$' -- as ana ir-doctor --only ok

# never an answer
"$TOOLS/peer" silent --listen 127.0.0.1:0 >"$T/peer" 2>&1 &
ir_pids+=($!)
await 5 grep -q 'port ' "$T/peer"
port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$T/peer")
sed "s,^url.*,url = postgresql://127.0.0.1:$port/x," "$IR_CONF" >hang.conf
check 'a server that never answers: the run ends within its deadline and a moment' -s 1 -o lines:1 -e 'like:warning: .* wait here: .*no answer within' \
	-- env IR_CONF="$PWD/hang.conf" IR_JOURNAL="$T/hang" timeout 2.5 ir-health -T 1s "$bad"

# passwords
cat >password.conf <<CONF
[journal]
url = postgresql://admin@127.0.0.1:$PG_PORT/shop
password-env = SHARED_PASSWORD
CONF
check 'a password from the environment' -s 1 -o lines:1 -- env IR_CONF="$PWD/password.conf" SHARED_PASSWORD="$PG_PASSWORD" IR_JOURNAL="$T/pw" ir-health "$bad"
check 'a wrong one' -s 1 -o lines:1 -e 'like:warning: .*password authentication failed.*correct what password-file' -e lacks:wr0ng-one \
	-- env IR_CONF="$PWD/password.conf" SHARED_PASSWORD=wr0ng-one IR_JOURNAL="$T/pw" ir-health "$bad"
printf '[journal]\nurl = postgresql://u:p@h/d\n' >told.conf
check 'one in the file is refused' -s 78 -o ignore -e has:'password in a URL' -- env IR_CONF="$PWD/told.conf" ir-health "$bad"

# a copied directory
cp -a "$T/ana" "$T/copy"
as ana ir-health "$bad" >"$T/out"
before=$(rows)
check 'a copied journal that goes on by itself is refused, and the run is not' -s 1 -o lines:1 -e 'like:warning: .*another line [0-9]+ of this journal.*remove .*identity' \
	-- as copy ir-health "$bad"
is 'nothing of it is taken' "$(rows)" "$before"

# rights
pg_sql 'CREATE ROLE stranger LOGIN'
pg_sql 'CREATE DATABASE fresh'
sed 's/user=admin/user=stranger/' "$IR_CONF" >stranger.conf
check 'a role without a right is told what to grant' -s 1 -o lines:1 -e 'like:permission denied.*--journal-sql' -- env IR_CONF="$PWD/stranger.conf" IR_JOURNAL="$T/stranger" ir-health "$bad"
sed 's,/shop?,/fresh?,' stranger.conf >fresh.conf
check 'and where there is no journal yet, who makes one' -s 1 -o lines:1 -e 'like:may not make it.*--journal-sql' -- env IR_CONF="$PWD/fresh.conf" IR_JOURNAL="$T/fresh" ir-health "$bad"
check 'the SQL is printed' -o has:'CREATE TABLE IF NOT EXISTS ir.journal' -o save:schema.sql -- ir-doctor --journal-sql
ok 'and is SQL' psql -XqAt -v ON_ERROR_STOP=1 -1 -h "$PG_DIR" -p "$PG_PORT" -U admin -d fresh -f schema.sql
sed -n 's/^--   \(GRANT.*\)/\1/p' schema.sql | sed 's/responders/stranger/' >grant.sql
ok 'what it says of rights' psql -XqAt -v ON_ERROR_STOP=1 -h "$PG_DIR" -p "$PG_PORT" -U admin -d fresh -f grant.sql
rm -f "$T/fresh/shared"
check 'is enough' -s 1 -o lines:1 -- env IR_CONF="$PWD/fresh.conf" IR_JOURNAL="$T/fresh" ir-health "$bad"
is 'to write' "$(psql -XqAt -h "$PG_DIR" -p "$PG_PORT" -U admin -d fresh -c 'SELECT count(*), min(role) FROM ir.journal')" '6|stranger'
check 'to read' -o "has:$id" -- env IR_CONF="$PWD/fresh.conf" IR_JOURNAL="$T/other" ir-show "$id"

# each run on its own, many at once, the server killed
killed=0
for i in 1 2 3 4 5 6 7 8; do
	(for k in 1 2 3 4 5 6; do as "w$i" ir-health "$bad" && rm -f "$T/w$i/journal/shared"; done) >"$T/w$i.out" 2>"$T/w$i.err" &
	writers[i]=$!
done
for k in 1 2; do
	await 5 test -s "$T/w$k.out"
	kids=$(pgrep -P "$PG")
	kill -KILL "$PG" $kids 2>/dev/null
	wait "$PG" 2>/dev/null
	killed=$((killed + 1))
	for p in $kids; do await 5 dead "$p"; done
	rm -f "$PG_DIR/data/postmaster.pid"
	pg_start
done
wait "${writers[@]}"
for i in 1 2 3 4 5 6 7 8; do
	rm -f "$T/w$i/journal/shared"
	as "w$i" ir-health "$bad" >"$T/out"
done
is 'eight who write while the server is killed: nothing is lost' "$(rows "count(*) FILTER (WHERE who LIKE 'w_')")" "$(cat "$T"/w?/journal/*.jsonl | wc -l)"
is 'nothing is twice' "$(rows 'count(*) - count(DISTINCT record)')" 0
is 'the numbers are a row' "$(rows "count(*) = max(seq) AND min(seq) = 1")" t
done_testing
