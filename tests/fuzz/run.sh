#!/usr/bin/env bash
# run.sh SECONDS - every fuzzer for that long, one for each core at a time; what it finds is kept in build/fuzz/found
#
# A corpus grows in build/fuzz/corpus/NAME; tests/fuzz/corpus/NAME, where it is there, is where it begins.
set -u
seconds=$1 bad=0
cd "${0%/*}/../.." || exit 1
export ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1

one() {
	local name=${1##*/} log=build/fuzz/found/${1##*/}.log
	mkdir -p "build/fuzz/corpus/$name" build/fuzz/found
	set -- "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="build/fuzz/found/$name-" -print_final_stats=1 "build/fuzz/corpus/$name"
	[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
	if "$@" >"$log" 2>&1 </dev/null; then
		echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
	else
		echo "not ok $name: see $log" && tail -30 "$log" | sed 's/^/# /'
		return 1
	fi
}

for fuzzer in $(find build/fuzz/fuzz -type f -perm -u+x | sort); do
	one "$fuzzer" &
	[ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n || bad=1
done
while [ -n "$(jobs -p)" ]; do wait -n || bad=1; done
exit $bad
