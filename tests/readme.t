#!/usr/bin/env bash
# README.md: its commands run, the files that it names are there, and what it says of make is true.
. "${0%/*}/lib.sh"

alone=
if can netns; then alone='unshare -n'; fi
export DOCKER_HOST=unix://$T/no-engine.sock

# Nothing is here to be looked at: the commands may find nothing, but none may be misspelt.
grep -E '^\$ ir-' "$TOP/README.md" | cut -c3- | sort -u >commands
ok 'there are five pipelines' [ "$(wc -l <commands)" -ge 5 ]
while IFS= read -r command; do
	if [[ $command == *jq* ]] && ! can jq; then skip jq "$command" && continue; fi
	$alone timeout 30 bash -o pipefail -c "$command" >out 2>err </dev/null
	case $? in
	[0-3] | 69) is "runs: $command" "$(grep -E 'usage|not found|option|parse error' err)" '' ;;
	*) flunk "runs: $command" "$(head -5 err)" ;;
	esac
done <commands

for file in $(grep -oE '`(man|lib|tests|cmd)/[A-Za-z0-9_./-]*`' "$TOP/README.md" | tr -d '`' | grep -v NAME | sort -u); do
	ok "$file is there" [ -e "$TOP/$file" ]
done
for command in "$BIN"/*; do
	ok "${command##*/} is told of" grep -qF "\`${command##*/}\`" "$TOP/README.md"
done
for target in $(grep -oE '\bmake [a-z-]+' "$TOP/README.md" | cut -d' ' -f2 | sort -u); do
	ok "make $target is a target" grep -qE "^([a-z -]+ )?$target( [a-z -]+)?:" "$TOP/Makefile"
done
done_testing
