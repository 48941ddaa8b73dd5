#!/usr/bin/env bash
# run.sh [--soak] [TEST…] - run tests under prove: the plain build, then what runs programs again under ASan and UBSan
#
# --soak: the latter ten times, with tenfold rounds in tests that have rounds (IR_SOAK).
# What tests share (the docker engine) is started by the first that needs it, and taken down here. Whatever a test left running is ended and
# makes the run fail. IR_REQUIRE=docker,nginx,… makes a skip for their lack a failure. IR_JOBS: how many tests at a time (3: much of the time they wait).
set -u
cd "$(dirname "$0")/.." || exit 1
TOP=$PWD
. tests/engine.sh
diag() {
	printf '# %s\n' "$*"
}

finish() {
	local left pid
	trap '' INT TERM HUP
	ir_engine_remove "$IR_SHARED/engine" >/dev/null 2>&1
	await 3 ir_none_left IR_SHARED "$IR_SHARED" >/dev/null
	left=$(ir_left IR_SHARED "$IR_SHARED")
	if [ -n "$left" ]; then
		echo 'left running, and ended:'
		for pid in $left; do tr '\0' ' ' <"/proc/$pid/cmdline" && echo && kill "$pid"; done 2>/dev/null
		await 15 ir_none_left IR_SHARED "$IR_SHARED" >/dev/null || kill -KILL $(ir_left IR_SHARED "$IR_SHARED") 2>/dev/null
	fi
	rm -rf "$IR_SHARED"
	[ -z "$left" ]
}

# tap FLAVOUR TEST…
tap() {
	local - said=$IR_SHARED/said.$1 run=(env IR_BIN="$TOP/build/$1/bin" prove -j "${IR_JOBS:-3}" --failures --exec '' "${@:2}")
	set -o pipefail
	echo "== $1"
	# Whoever is left running may hold standard error: that is not waited for.
	if [ -t 1 ]; then "${run[@]}"; else : >"$said" && "${run[@]}" 2> >(tee -a "$said" >&2) | tee -a "$said"; fi
}

# again - what failed, said at the end: of a long log only that is kept and read
again() {
	local said
	for said in "$IR_SHARED"/said.*; do
		grep -q '^Result: FAIL' "$said" 2>/dev/null || continue
		echo "== ${said##*.}: what failed"
		grep -aE '^(#|not ok)' "$said" | tail -n 100
		sed -n '/^Test Summary Report/,$p' "$said"
	done
}

command -v prove >/dev/null || { echo 'run.sh: no prove here: nothing can be tested' >&2 && exit 1; }
soak=
[ "${1:-}" != --soak ] || { soak=yes && shift; }
IR_SHARED=$(mktemp -d "${TMPDIR:-/tmp}/ir-run.XXXXXX") || exit 1
# other users may pass through: servers that refuse to be root, and those who are not allowed to
mkdir -m 711 "$IR_SHARED/t" && chmod 711 "$IR_SHARED" && export IR_SHARED TMPDIR=$IR_SHARED/t
trap finish EXIT
trap 'exit 130' INT TERM HUP

units() {
	local unit
	for unit in tests/unit/*.c; do
		unit=${unit##*/}
		echo "build/$1/unit/${unit%.c}"
	done
}

status=0
if [ -n "$soak" ]; then
	export IR_SOAK=10
	for ((round = 1; round <= 10; round++)); do
		echo "== round $round"
		tap asan tests/cmd/*.t $(units asan) || exit 1
	done
elif [ $# -gt 0 ]; then
	tap plain "$@" && tap asan "$@" || status=1
else
	tap plain tests/cmd/*.t tests/*.t $(units plain) || status=1
	tap asan tests/cmd/*.t tests/every.t $(units asan) || status=1
fi
trap - EXIT
[ $status = 0 ] || again
finish || status=1
exit $status
