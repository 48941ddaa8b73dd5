#!/usr/bin/env bash
# What the tree may hold: its top level, no machine's paths, one layout of C, a Makefile that can be read in one sitting.
. "${0%/*}/lib.sh"

cd "$TOP" || exit 1
files() {
	if [ -e "$TOP/.git" ] && can git; then git -c safe.directory='*' ls-files -co --exclude-standard "$@"; else find "${@:-.}" -type f -not -path './build/*' | sed 's,^\./,,'; fi
}

is 'the top level holds what the layout says' "$(files | cut -d/ -f1 | sort -u | grep -v '^\.' | grep -vxE 'Makefile|README\.md|cmd|lib|man|tests|completions')" ''
ok 'the Makefile has at most 150 lines' [ "$(wc -l <Makefile)" -le 150 ]
is 'make does not call itself' "$(grep -nE '\$[({]MAKE[)}]|\bmake -' Makefile)" ''
is 'no paths of a machine, no addresses of registries' "$(files | xargs -d '\n' grep -lIE '(^|[^T])/(work)/|/tmp/[b]ash|/(farm)/|"resolved": "https?:|([d]eb|[r]egistry)\.[a-z]+\.(org|io)')" ''
is 'no file is huge' "$(files | xargs -d '\n' -I{} find {} -size +300k)" ''
is 'shell scripts parse' "$(for f in $(files tests .ci man | xargs -d '\n' grep -lE '^#!.*bash'); do bash -n "$f" 2>&1; done)" ''
is 'tests can be run' "$(find tests -name '*.t' ! -perm -u+x)" ''
is 'no white space at the end of lines' "$(files cmd lib tests | grep -E '\.([ch]|sh|t)$' | xargs -d '\n' grep -nE '[[:space:]]+$' | head -5)" ''
is 'C is indented by tabs' "$(files cmd lib tests | grep '\.[ch]$' | xargs -d '\n' grep -nE '^ {8}' | head -5)" ''
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
	is 'C is laid out as .clang-format says (else: make format)' "$(files cmd lib man tests | grep '\.c$' | xargs -d '\n' clang-format --dry-run 2>&1 | grep warning: | head -5)" ''
else
	skip clang-format-14 'C is laid out as .clang-format says'
fi
done_testing
