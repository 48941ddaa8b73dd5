#!/usr/bin/env bash
# The journal as commands use it: warnings when it cannot be written, handles that outlive a crash, and damage that is told.
. "${0%/*}/../lib.sh"

segment() {
	local all=("$IR_JOURNAL"/*.jsonl)
	printf '%s' "${all[-1]}"
}

# Port 1 refuses; what matters here is that there are records.
check 'a source journals' -s 1 -o like:'^chk-' -- ir-health -T 5s tcp://127.0.0.1:1
handle=$(printf '%s' "$OUT" | head -c 12)
check 'and its handle can be shown' -o has:"$handle" -- ir-show "$handle"
is 'the directory is private' "$(stat -c %a "$IR_JOURNAL")" 700
is 'its files are' "$(stat -c %a "$IR_JOURNAL"/* | sort -u)" 600

# A write cut short (the journal has more than a KiB, what is printed has not): nothing half in the journal, and the source goes on.
before=$(stat -c %s "$(segment)")
check 'a limit on files is a warning' -s 1 -o like:'^chk-' -e like:'warning: no journal.*too large' -- \
	bash -c 'ulimit -f 1; exec ir-health -T 5s tcp://127.0.0.1:1'
is 'and leaves the journal as it was' "$(stat -c %s "$(segment)")" "$before"

check 'a journal that is off is one, too' -s 1 -o like:'^chk-' -e like:'warning: no journal.*off' -- env IR_JOURNAL=off ir-health -T 5s tcp://127.0.0.1:1

# A crash in mid-write: set aside, told, and nothing before it is lost.
printf '{"seq":99,"prev":"0' >>"$(segment)"
check 'a torn line stops nobody' -s 1 -o like:'^chk-' -- ir-health -T 5s tcp://127.0.0.1:1
is 'it is set aside' "$(cat "$IR_JOURNAL"/*.torn-*)" '{"seq":99,"prev":"0'
check 'handles from before it are known' -o has:"$handle" -- ir-show "$handle"
torn=$(grep -ho '"record":{"kind":"error".*' "$(segment)" | head -1)
like 'an error record tells' "$torn" 'set aside as .*torn-'
id=$(printf '%s' "$torn" | grep -o 'err-[0-9a-z]*' | head -1)
check 'and has a handle of its own' -o has:"$id" -- ir-show "$id"
rm "$IR_JOURNAL"/*.idx
check 'an index that is gone is made again' -o has:"$handle" -- ir-show "$handle"

# Foreign lines, foreign directories.
echo hello >>"$(segment)"
check 'a foreign line is not written behind' -s 1 -o like:'^chk-' -e like:'not one of a journal' -- ir-health -T 5s tcp://127.0.0.1:1
is 'nor touched' "$(tail -n 1 "$(segment)")" hello
chmod 777 "$IR_JOURNAL"
check 'a directory that others may write to is not used' -s 1 -o like:'^chk-' -e like:'others may write' -- ir-health -T 5s tcp://127.0.0.1:1

done_testing
