#!/usr/bin/env bash
# Manuals and completions are those that the commands' own tables give: what is stored is what `make gen` writes.
. "${0%/*}/lib.sh"

"$TOP/man/gen.sh" "$BIN" "$T/gen" >gen.log 2>&1
is 'the generator runs' "$?$(cat gen.log)" 0
for new in "$T"/gen/man/* "$T"/gen/completions/*; do
	[ -e "$new" ] || continue
	page=${new#"$T/gen/"}
	is "$page is fresh (else: make gen)" "$(diff "$TOP/$page" "$new" 2>&1 | head -10)" ''
done
for command in "$BIN"/*; do
	command=${command##*/}
	ok "$command has a manual page" [ -s "$TOP/man/$command.1" ]
done
for src in "$TOP"/man/*.in "$TOP"/completions/*.in; do
	ok "${src##*/} was rendered" [ -s "${src%.in}" ]
done
done_testing
