#!/usr/bin/env bash
# The house keeps its floors: who may include whom, how long a function and how big a file may be, and what files are called.
. "${0%/*}/lib.sh"

# include_faults DIR: includes that point upwards or into another domain, and client libraries used outside lib/net.
include_faults() {
	(cd "$1" && grep -En '^[[:space:]]*#[[:space:]]*include' $(find cmd lib -name '*.[ch]')) | awk '
	# dep, logs and migrate join what other domains know: containers, job queues, the files of a revision; change joins these; incident tells channels
	function floor(dir) { return dir == "base" ? 0 : dir ~ /^(rec|cli|conf|net)$/ ? 1 : dir ~ /^(dep|logs|migrate|incident)$/ ? 3 : dir == "change" ? 4 : 2 }
	{
		split($0, at, ":"); file = at[1]
		n = split(file, part, "/"); from = part[1] == "cmd" ? "cmd" : part[2]
		here = from == "cmd" ? 5 : floor(from)
	}
	match($0, /"[^"]*"/) {
		inc = substr($0, RSTART + 1, RLENGTH - 2)
		if (split(inc, to, "/") < 2) { print file ": say the directory of " inc; next }
		if (floor(to[1]) > here) print file ": upwards to " inc
		if (here == 2 && floor(to[1]) == 2 && to[1] != from && inc !~ /^(service\/service|plan\/plan)\.h$/) print file ": another domain, " inc
		if (here == 0 && to[1] != "base") print file ": base needs only base, not " inc
	}
	match($0, /<(curl\/[^>]*|(postgresql\/)?libpq[^>]*|hiredis[^>]*)>/) && from != "net" { print file ": client libraries are for lib/net" }
	here == 0 && match($0, /<(jansson|nettle\/|yaml|ini)[^>]*>/) && file !~ /lib\/base\/hash\.c/ { print file ": base needs only libc" }
	'
}

# functions FILE…: "LINES NAME FILE" of every function; a body is between { and } in the first column.
functions() {
	awk '
	/^[a-z_][a-z_0-9]*\(/ { name = $0; sub(/\(.*/, "", name); from = FNR }
	/^{/ { open = from }
	/^}/ { if (open) print FNR - open + 1, name, FILENAME; open = 0 }
	' "$@"
}

# file_faults DIR: sizes, names and missing first comments.
file_faults() {
	(cd "$1" && find cmd lib -name '*.[ch]' -size +40k | sed 's/$/: past 40 kB, likely more than one idea/'
	find cmd lib -name '*.[ch]' | grep -E '(^|/|_)(util|utils|misc|common|helper|helpers)\.[ch]$' | sed 's/$/: named after nothing/'
	for f in $(find cmd lib -name '*.[ch]'); do [[ $(head -c 2 "$f") == '/*' ]] || echo "$f: begins without saying what it is"; done
	find lib -mindepth 1 -maxdepth 1 -type d | grep -vxE 'lib/(base|rec|cli|conf|net|service|pager|runtime|git|logs|change|migrate|queue|dep|probe|suspect|plan|switch|channel|incident)' | sed 's/$/: not in the layout/'
	grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $(find cmd lib -name '*.[ch]')) || :
}

is 'includes point downwards' "$(include_faults "$TOP")" ''
all=$(functions $(find "$TOP/cmd" "$TOP/lib" -name '*.c'))
is 'no function is past 80 lines' "$(awk '$1 > 80' <<<"$all")" ''
ok 'half of all functions have 15 lines or fewer' [ "$(sort -n <<<"$all" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')" -le 15 ]
is 'files are small and named after something' "$(file_faults "$TOP")" ''

# And each of these can see.
mkdir -p bad/cmd bad/lib/base bad/lib/net bad/lib/rec bad/lib/probe bad/lib/runtime bad/lib/misc
echo '#include "rec/rec.h"' >bad/lib/base/a.c
echo '#include "probe/probe.h"' >bad/lib/rec/a.c
echo '#include "runtime/runtime.h"' >bad/lib/probe/a.c
printf '#include "service/service.h"\n#include "net/loop.h"\n' >bad/lib/runtime/a.c
echo '#include <curl/curl.h>' >bad/cmd/a.c
echo '#include "rec.h"' >bad/lib/rec/b.c
echo '#include "base/err.h"' >bad/lib/net/util.c
{ echo 'int' && echo 'long_one(void)' && echo '{' && yes '	x();' | head -90 && echo '}'; } >bad/lib/net/long.c
is 'wrong includes are seen' "$(include_faults bad | sort | cut -d: -f1 | uniq | tr '\n' ' ')" 'cmd/a.c lib/base/a.c lib/probe/a.c lib/rec/a.c lib/rec/b.c '
is 'a long function is seen' "$(functions bad/lib/net/long.c)" '93 long_one bad/lib/net/long.c'
like 'a file named after nothing is seen' "$(file_faults bad)" 'lib/net/util.c: named after nothing'
like 'a directory that is not in the layout is seen' "$(file_faults bad)" 'lib/misc: not in the layout'
done_testing
