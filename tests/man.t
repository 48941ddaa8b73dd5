#!/usr/bin/env bash
# Manual pages: clean to mandoc's lint, every option in its page, every cross reference there, every example runs.
. "${0%/*}/lib.sh"

need mandoc jq
alone=
if can netns; then alone='unshare -n'; fi
pages=("$TOP"/man/*.[157])
is 'mandoc finds nothing to say' "$(mandoc -Tlint -Wwarning "${pages[@]}" 2>&1)" ''
for page in "${pages[@]}"; do
	name=${page##*/}
	is "$name has no marker left and fits in 80 columns" "$(grep -n '@[A-Z]*@' "$page"; mandoc -Tascii -Owidth=78 "$page" | sed 's/.\x08//g' | awk 'length > 80' | head -3)" ''
	for ref in $(sed -n 's/^\.Xr \(ir[a-z.-]*\) \([1-8]\).*/\1.\2/p' "$page" | sort -u); do
		ok "$name refers to $ref, which is there" [ -e "$TOP/man/$ref" ]
	done
done

: >ana.jsonl && : >ben.jsonl	# files that an example names
for command in "$BIN"/*; do
	command=${command##*/}
	"$command" --introspect >about.json || { flunk "$command --introspect" && continue; }
	mandoc -Tascii "$TOP/man/$command.1" 2>/dev/null | sed 's/.\x08//g' >page
	missing=
	for option in $(jq -r '.options[] | select(.hidden | not) | .name' about.json); do grep -qF -e "--$option" page || missing+=" --$option"; done
	is "$command documents each of its options" "$missing" ''
	jq -r '.exit_statuses[]?.code, .exits[]?.code, .exit[]?.code' about.json 2>/dev/null >codes
	missing=
	while read -r code; do grep -qE "^ +$code( |$)" page || missing+=" $code"; done <codes
	is "$command documents each of its exit statuses" "$missing" ''

	# Examples run in a directory with next to nothing, and without a network: they may find nothing, but none may be misspelt.
	jq -r '.examples[].cmd' about.json >examples
	ok "$command has examples" [ -s examples ]
	while IFS= read -r example; do
		limit=30
		[[ " $example " != *' -w '* ]] || limit=3	# it would watch for ever
		$alone timeout -s INT $limit bash -o pipefail -c "$example" >out 2>err </dev/null
		status=$?
		case $status:$limit in
		[0-3]:* | 69:* | 124:3) pass "example: $example" ;;
		*) flunk "example: $example" "status $status"$'\n'"$(head -5 err)" ;;
		esac
	done <examples
done
done_testing
