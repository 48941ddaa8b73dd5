# lib.sh - TAP for command tests: a scratch world for each test, and checks that look at status, stdout and stderr, always all three
#
#	#!/usr/bin/env bash
#	. "${0%/*}/../lib.sh"
#	need nginx
#	check 'says hello' -o 'is:hello' -- echo hello
#	done_testing
#
# A test starts in $T, an empty directory that is gone at the end, with a HOME, a journal ($IR_JOURNAL) and an empty ir.conf ($IR_CONF) of its
# own, the commands under test first in PATH, and nothing of the user's environment. $TOP is the source, $BIN the commands, $TOOLS the test tools,
# $IR_BOX the program of the test image.
#
#	pass NAME · flunk NAME [WORDS] · diag WORDS
#	ok NAME COMMAND…		passes when the command succeeds
#	is NAME GOT WANT · like NAME GOT ERE · unlike NAME GOT ERE
#	check NAME [-s STATUS] [-o WHAT]… [-e WHAT]… [-i FILE] -- COMMAND…
#		STATUS	0 when not given; a number; `signal:NAME`. A status of 128 and more that was not asked for, or a sanitizer's
#			report, is a crash: never what was expected.
#		WHAT	of stdout and of stderr; `empty` when not given:
#			empty · ignore · is:LINE · has:TEXT · lacks:TEXT · like:ERE · unlike:ERE · lines:N · file:PATH · save:PATH
#			(like and unlike look at each line)
#		-i	standard input; /dev/null when not given
#		Afterwards $OUT and $ERR hold what was printed, $STATUS how it ended.
#	await SECONDS COMMAND…		until the command succeeds; fails when it has not by then
#	free_port			prints a port of 127.0.0.1 that nobody has, and keeps it from other tests
#	spawn COMMAND…			in the background, ended with the test; its id is in $SPAWNED, its output in $T/spawn.log
#	stop PID			end what spawn started, and wait for it
#	at_end COMMAND…			run at the end, the last one first
#	done_testing			the last line of a test: the plan, and the schemas of all JSON records that check saw
#
# Rows of ir-deps that come and go are in rows.sh: told, await_row, row, member. Servers are in servers.sh: need, nginx_up, redis_up, tls_cert, docker_up, compose_up, box.

set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
: "${IR_BIN:=$TOP/build/plain/bin}" "${IR_REQUIRE:=}" "${IR_TEST_LIMIT:=300}"

# Under a time limit, in a process group of its own.
if [ -z "${IR_LIMITED:-}" ]; then
	exec env IR_LIMITED=1 timeout -k 10 "$IR_TEST_LIMIT" bash "$0" "$@" </dev/null
fi
unset IR_LIMITED

BIN=$(cd "$IR_BIN" && pwd -P) || { echo "Bail out! '$IR_BIN' is not there: build first"; exit 1; }
TOOLS=${BIN%/bin}/tools
TEST=$(basename "$0" .t)
T=$(mktemp -d "${TMPDIR:-/tmp}/ir-$TEST.XXXXXX") && T=$(cd "$T" && pwd -P) || exit 1
IR_TEST_DIR=$T

for ir_var in $(compgen -e); do
	case $ir_var in
	IR_REQUIRE | IR_TEST_DIR | IR_SHARED | IR_SOAK | IR_API_DOCS) ;;
	IR_* | DOCKER_* | COMPOSE_* | XDG_* | LC_* | *_proxy | *_PROXY | *_URL | PG* | CURL_* | SSL_CERT_* | BASH_ENV | ENV) unset "$ir_var" ;;
	LANG | LANGUAGE | NO_COLOR | CLICOLOR* | COLUMNS | LINES | PAGER | MANPAGER | LESS | GREP_*) unset "$ir_var" ;;
	esac
done
export IR_TEST_DIR IR_REQUIRE
export HOME=$T/home TMPDIR=$T/tmp IR_CONF=$T/ir.conf IR_JOURNAL=$T/journal PATH="$BIN:$PATH:/usr/sbin:/sbin" TERM=dumb TZ=UTC LC_ALL=C.UTF-8
export XDG_CONFIG_HOME=$HOME/.config XDG_STATE_HOME=$HOME/.local/state XDG_CACHE_HOME=$HOME/.cache XDG_DATA_HOME=$HOME/.local/share
export XDG_RUNTIME_DIR=$T/run
export ASAN_OPTIONS="abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1:log_path=$T/sanitizer"
export UBSAN_OPTIONS="print_stacktrace=1:abort_on_error=1:log_path=$T/sanitizer" LSAN_OPTIONS="log_path=$T/sanitizer"
mkdir -m 700 "$HOME" "$TMPDIR" "$XDG_RUNTIME_DIR" "$T/work" && : >"$IR_CONF" && cd "$T/work" || exit 1
umask 022

ir_n=0 ir_bad=0 ir_pids=() ir_ends=() ir_planned=
OUT='' ERR='' STATUS=0 SPAWNED=

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass() {
	ir_n=$((ir_n + 1))
	printf 'ok %d - %s\n' "$ir_n" "$1"
}

flunk() {
	ir_n=$((ir_n + 1)) ir_bad=$((ir_bad + 1))
	printf 'not ok %d - %s\n' "$ir_n" "$1"
	diag "$TEST, $ir_n: $*" >&2	# prove shows it
	return 1
}

ok() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then pass "$name"; else flunk "$name" "failed ($?): $*"$'\n'"$said"; fi
}

is() {
	if [ "$2" = "$3" ]; then pass "$1"; else flunk "$1" "got:  $2"$'\n'"want: $3"; fi
}

like() {
	if grep -Eq -e "$3" <<<"$2"; then pass "$1"; else flunk "$1" "got:  $2"$'\n'"want a line like: $3"; fi
}

unlike() {
	if grep -Eq -e "$3" <<<"$2"; then flunk "$1" "got:  $2"$'\n'"want no line like: $3"; else pass "$1"; fi
}

# The whole file into the variable, last newlines too; bytes that are zero are lost.
ir_slurp() {
	IFS= read -r -d '' "$1" <"$2" || :
}

# ir_wrong STREAM FILE TEXT WHAT: says what is wrong with it, nothing when all is well.
ir_wrong() {
	local stream=$1 file=$2 text=$3 what=$4 arg=${4#*:} n
	case $what in
	ignore) ;;
	empty) [ -z "$text" ] || echo "$stream is not empty" ;;
	is:*) [ "$text" = "$arg"$'\n' ] || echo "$stream is not: $arg" ;;
	has:*) [[ $text == *"$arg"* ]] || echo "$stream does not have: $arg" ;;
	lacks:*) [[ $text != *"$arg"* ]] || echo "$stream has: $arg" ;;
	like:*) grep -Eaq -e "$arg" "$file" || echo "$stream has no line like: $arg" ;;
	unlike:*) ! grep -Eaq -e "$arg" "$file" || echo "$stream has a line like: $arg" ;;
	lines:*) n=$(wc -l <"$file") && [ "$n" -eq "$arg" ] || echo "$stream has $n lines, not $arg" ;;
	file:*) cmp -s "$arg" "$file" || { echo "$stream differs from $arg:" && diff "$arg" "$file" | head -20; } ;;
	save:*) cp "$file" "$arg" || echo "$stream cannot be saved" ;;
	*) echo "check: what is '$what'?" ;;
	esac
}

check() {
	local name=$1 want=0 in=/dev/null outs=() errs=() wrong='' w
	shift
	while [ "${1:---}" != -- ]; do
		case $1 in
		-s) want=$2 ;;
		-o) outs+=("$2") ;;
		-e) errs+=("$2") ;;
		-i) in=$2 ;;
		*) flunk "$name" "check: what is '$1'?" && return ;;
		esac
		shift 2
	done
	shift
	case $want in signal:*) want=$((128 + $(kill -l "${want#signal:}"))) ;; esac
	STATUS=0
	{ ("$@") <"$in" >"$T/out" 2>"$T/err" || STATUS=$?; } 2>/dev/null
	OUT='' ERR=''
	ir_slurp OUT "$T/out" && ir_slurp ERR "$T/err"
	[ "$STATUS" -eq "$want" ] || wrong+="status is $STATUS, not $want"$'\n'
	for w in "${outs[@]:-empty}"; do wrong+=$(ir_wrong stdout "$T/out" "$OUT" "$w"); done
	for w in "${errs[@]:-empty}"; do wrong+=$(ir_wrong stderr "$T/err" "$ERR" "$w"); done
	if [ "$STATUS" -ge 128 ] && [ "$STATUS" -ne "$want" ]; then wrong+=$'\n'"it crashed"; fi
	for w in "$T"/sanitizer.*; do
		[ -e "$w" ] || continue
		wrong+=$'\n'"a sanitizer reports:"$'\n'$(head -40 "$w")
		rm -f "$w"
	done
	grep -a '^{"kind":' "$T/out" >>"$T/records"
	if [ -z "$wrong" ]; then pass "$name"; return 0; fi
	flunk "$name" "$wrong"$'\n'"command: $*"$'\n'"--- stdout"$'\n'"${OUT:0:4000}"$'\n'"--- stderr"$'\n'"${ERR:0:4000}"
}

free_port() {
	local p tries
	mkdir -p "$IR_SHARED/ports"
	for ((tries = 0; tries < 500; tries++)); do
		p=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
		grep -qi ":$(printf %04X $p) " /proc/net/tcp /proc/net/tcp6 2>/dev/null && continue
		mkdir "$IR_SHARED/ports/$p" 2>/dev/null && echo $p && return
	done
	return 1
}

spawn() {
	"$@" </dev/null >>"$T/spawn.log" 2>&1 &
	SPAWNED=$!
	ir_pids+=("$SPAWNED")
}

# TERM, then KILL when it has not gone within five seconds.
stop() {
	kill "$1" 2>/dev/null && kill -CONT "$1" 2>/dev/null
	await 5 ir_gone "$1" || kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

at_end() {
	ir_ends+=("$(printf '%q ' "$@")")
}

ir_cleanup() {
	local i
	trap '' INT TERM HUP PIPE
	cd / || :
	for ((i = ${#ir_ends[@]} - 1; i >= 0; i--)); do eval "${ir_ends[i]}" >/dev/null 2>&1; done
	for i in "${ir_pids[@]}"; do stop "$i"; done >/dev/null 2>&1
	for i in $(jobs -p); do stop "$i"; done >/dev/null 2>&1
	for i in $(ir_left IR_TEST_DIR "$T"); do kill -KILL "$i" 2>/dev/null; done
	rm -rf "$T" 2>/dev/null
	[ ! -e "$T" ] || { chmod -R u+rwX "$T"; rm -rf "$T"; }
}

trap 'ir_status=$?; ir_cleanup; [ -n "$ir_planned" ] || exit $((ir_status ? ir_status : 1))' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# Twice: by the project's own check, and by the published JSON Schema walked in jq.
ir_schemas() {
	local kind said
	[ -s "$T/records" ] || return 0
	said=$("$TOOLS/schema_check" <"$T/records" 2>&1) || { flunk 'every record printed keeps to its schema' "$said"; return; }
	pass 'every record printed keeps to its schema'
	command -v jq >/dev/null && [ -x "$BIN/ir-show" ] || return 0
	for kind in $(sed 's/^{"kind":"\([a-z]*\)".*/\1/' "$T/records" | sort -u); do
		"$BIN/ir-show" --schema "$kind" >"$T/schema" || { flunk "ir-show --schema $kind"; continue; }
		said=$(grep -a "^{\"kind\":\"$kind\"" "$T/records" | jq -r --slurpfile schema "$T/schema" -f "$TOP/tests/schema.jq" 2>&1)
		is "each $kind keeps to the JSON Schema that is published" "$said" ''
	done
}

done_testing() {
	ir_schemas
	set -- "$T"/sanitizer.*
	[ ! -e "$1" ] || flunk 'no sanitizer reports' "$(head -60 "$@")"
	echo "1..$ir_n"
	ir_planned=1
	exit $((ir_bad > 0))
}

. "$TOP/tests/engine.sh"
. "$TOP/tests/servers.sh"
. "$TOP/tests/rows.sh"

# What run.sh shares between tests is this one's own when there is no run.sh.
if [ -z "${IR_SHARED:-}" ]; then
	IR_SHARED=$T/shared
	mkdir "$IR_SHARED" && at_end ir_engine_remove "$IR_SHARED/engine"
fi
