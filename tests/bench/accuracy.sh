#!/usr/bin/env bash
# accuracy.sh - how well ir-logs tells which lines are alike: scored on samples whose true grouping is known, as they are and shuffled
#
# IR_LOGHUB names a folder with score.py, raw/NAME.log and gt/NAME.tsv (the samples of Loghub with their corrected labels); they are not part of this tree.
set -u
cd "${0%/*}/../.." || exit 1
BIN=${IR_BIN:-build/plain/bin}
[ -n "${IR_LOGHUB:-}" ] || { echo 'bench-logs: skipped: IR_LOGHUB names no folder of labelled logs' && exit 0; }
[ -x "$BIN/ir-logs" ] || { echo "bench-logs: no $BIN/ir-logs" >&2 && exit 1; }
ir_logs=$(realpath "$BIN/ir-logs")
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
export XDG_STATE_HOME=$scratch/state IR_CONF=$scratch/ir.conf IR_JOURNAL=off LC_ALL=C
: >"$IR_CONF"

# shuffled SEED: a prediction of each sample's lines, read in another order.
shuffled() {
	local log name
	mkdir "$scratch/$1" || return
	for log in "$IR_LOGHUB"/raw/*.log; do
		name=${log##*/} name=${name%.log}
		awk -v seed="$1" 'BEGIN { srand(seed) } { printf "%.9f\t%d\t%s\n", rand(), NR, $0 }' "$log" | sort -k1,1 >"$scratch/lines"
		cut -f3- "$scratch/lines" >"$scratch/log"
		"$ir_logs" --assign "$scratch/log" >"$scratch/ids"
		cut -f2 "$scratch/lines" | paste - "$scratch/ids" >"$scratch/$1/$name.tsv"
	done
	"$IR_LOGHUB/score.py" "$scratch/$1"
}

echo 'As written:'
"$IR_LOGHUB/score.py" --run "$ir_logs --assign {}"
for seed in 1 2 3; do
	echo
	echo "Shuffled, seed $seed:"
	shuffled $seed
done
echo
echo "The same messages behind other loggers' headers, and systems that are not among the samples:"
IR_LOGS_RUN="$ir_logs -q --assign {}" tests/bench/generalise.sh
