#!/usr/bin/env bash
# generalise.sh - how well ir-logs groups lines: the Loghub samples as they are, behind some forty other loggers' headers, and logs of systems that are not among them
#
# IR_LOGHUB: the samples, with their score.py; without it only the logs of our own. IR_LOGS_RUN: the command to be scored, {} is the log's path.
set -u
cd "${0%/*}/../.." || exit 1
run=${IR_LOGS_RUN:-build/plain/bin/ir-logs -q --assign {\}}
out=build/bench/logs

# row NAME WHAT…: a line of the table; what score.py says of the average.
row() {
	local name=$1
	shift
	"$@" --run "$run" --tsv | awk -F'\t' -v name="$name" '$1 == "average" { printf "%-20s %7.4f %7.4f\n", name, $2, $3 }'
}

# worst: the rows of standard input, then the mean and the worst of them.
worst() {
	awk '{ print; ga += $2; fga += $3; if (NR == 1 || $2 < low) { low = $2; who = $1 } } END { if (NR) printf "%-20s %7.4f %7.4f   worst GA %.4f, %s\n", "average", ga / NR, fga / NR, low, who }'
}

printf '%-20s %7s %7s\n' lines GA FGA
if [ -n "${IR_LOGHUB:-}" ]; then
	row original "$IR_LOGHUB/score.py"
	tests/bench/headers.py --loghub "$IR_LOGHUB" --out "$out/headers" || exit 1
	for kind in $(tests/bench/headers.py --list); do
		row "$kind" "$IR_LOGHUB/score.py" --set "$PWD/$out/headers/$kind/raw"
	done | worst
else
	echo '# IR_LOGHUB is not set: no samples of Loghub' >&2
fi
tests/bench/unseen.py --out "$out/unseen" || exit 1
tests/bench/unseen.py --score "$out/unseen" --run "$run" | worst
