#!/usr/bin/env bash
# What every command does the same: help, mistakes, full disks, closed descriptors, no home, no network, no journal.
. "${0%/*}/lib.sh"

export DOCKER_HOST=unix://$T/no-engine.sock

# An ordinary run of a command, with nothing there to be looked at.
ordinary() {
	case $1 in
	ir-show) echo '--schema check' ;;
	*) echo '' ;;
	esac
}

# ends NAME COMMAND…: it ends by itself with one of the statuses there are, whatever it says.
ends() {
	local name=$1 known='0 1 2 3 64 65 69 74 78'
	shift
	STATUS=0
	timeout 20 "$@" >"$T/out" 2>"$T/err" </dev/null || STATUS=$?
	set -- "$T"/sanitizer.*
	if [[ " $known " == *" $STATUS "* ]] && [ ! -e "$1" ]; then
		pass "$name"
	else
		flunk "$name" "status $STATUS"$'\n'"$(head -20 "$T/err" "$@" 2>/dev/null)"
		rm -f "$T"/sanitizer.*
	fi
}

for path in "$BIN"/*; do
	c=${path##*/}
	usual=$(ordinary "$c")

	check "$c --help" -o "like:^usage: $c" -- "$c" --help
	is "$c --help fits in 80 columns" "$(awk 'length > 80' "$T/out")" ''
	cp "$T/out" help
	check "$c -h says the same" -o file:help -- "$c" -h
	check "$c --version" -o "like:^$c [0-9]+\.[0-9]+\.[0-9]+$" -o lines:1 -- "$c" --version
	check "$c -V" -o "like:^$c [0-9]" -- "$c" -V
	check "$c --introspect" -o like:. -- "$c" --introspect
	if can jq; then is "$c --introspect is JSON and has its name" "$(jq -r .name <<<"$OUT" 2>&1)" "$c"; else skip jq; fi

	check "$c: an option that is none" -s 64 -e "like:^$c: .*no-such-option" -- "$c" --no-such-option
	ok "$c: one message, at most with a hint" [ "$(wc -l <"$T/err")" -le 2 ]
	check "$c: a letter that is none" -s 64 -e "like:^$c: " -- "$c" -Q
	check "$c: an option of which half is said" -s 64 -e "like:^$c: " -- "$c" --hel
	check "$c: a value where none is taken" -s 64 -e "like:^$c: " -- "$c" --help=yes

	for option in --help --version --introspect; do
		check "$c $option >/dev/full" -s 74 -e "like:^$c: .*(output|stdout)" -- sh -c "$c $option >/dev/full"
	done
	check "$c --help into a closed pipe" -o ignore -- bash -o pipefail -c "$c --help | true"
	ends "$c with stdin closed" bash -c "$c $usual <&-"
	ends "$c with stdout closed" bash -c "$c $usual >&-"
	ends "$c with stderr closed" bash -c "$c $usual 2>&-"
	ends "$c with all closed" bash -c "$c $usual <&- >&- 2>&-"
	check "$c --help with stdin closed" -o file:help -- bash -c "$c --help <&-"

	ends "$c without HOME" env -u HOME -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_CACHE_HOME -u XDG_RUNTIME_DIR -u IR_CONF -u IR_JOURNAL "$c" $usual
	check "$c --help without any environment" -o file:help -- env -i "$path" --help
	ends "$c with a home that does not exist" env HOME="$T/nowhere/at/all" XDG_STATE_HOME= XDG_CONFIG_HOME= "$c" $usual
	ends "$c with a home that cannot be written" env -u IR_JOURNAL HOME=/proc/self XDG_STATE_HOME=/proc/self/state "$c" $usual
	ends "$c with IR_JOURNAL=off" env IR_JOURNAL=off "$c" $usual
	ok "$c wrote no journal then" [ ! -e off ]
	ends "$c where the journal cannot be written" env IR_JOURNAL=/proc/self/journal "$c" $usual
	ends "$c in a directory that is gone" bash -c "mkdir gone && cd gone && rmdir ../gone && exec $c $usual"
	ends "$c with a limit of 64 descriptors" bash -c "ulimit -n 64; exec $c $usual"
	if can netns; then
		if can root; then ns='unshare -n'; else ns='unshare -rn'; fi
		ends "$c without a network" $ns "$c" $usual
	else
		skip netns "$c without a network"
	fi
	printf '[no-such-section]\nx = 1\n' >bad.conf
	ends "$c --help does not read a bad ir.conf" env IR_CONF="$PWD/bad.conf" "$c" --help
	is "$c --help is printed whatever ir.conf says" "$STATUS" 0
	check "$c --complete: nothing known, nothing said" -o ignore -- "$c" --complete no-such-kind -- x
	check "$c --complete with half an option" -o ignore -- "$c" --complete line -- --he
	check "$c completes its options" -o 'like:^--help' -- "$c" --complete line -- --hel
done
done_testing
