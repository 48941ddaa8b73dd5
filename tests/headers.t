#!/usr/bin/env bash
# Every header compiles alone, twice included, so that nobody has to know what to include before it.
. "${0%/*}/lib.sh"

need cc
flags='-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Werror -D_GNU_SOURCE -include base/banned.h -fsyntax-only'
for header in $(cd "$TOP/lib" && echo */*.h); do
	[ "$header" != base/banned.h ] || continue
	printf '#include "%s"\n#include "%s"\nint unused_here;\n' "$header" "$header" >one.c
	ok "$header" cc $flags -I"$TOP/lib" one.c
done
echo 'struct half { size_t n; };' >half.h
echo '#include "half.h"' >one.c
ok 'a header that does not is seen' sh -c "! cc -std=c11 -I. -fsyntax-only one.c"
done_testing
