#!/usr/bin/env bash
# gen.sh BINDIR [OUTDIR]: write the manuals and completions from their .in files and from what the commands say of themselves
set -eu
bin=$1 top=$(cd "${0%/*}/.." && pwd) out=${2:-$(cd "${0%/*}/.." && pwd)}
gen=${bin%/bin}/irgen
tmp=$(mktemp) && trap 'rm -f "$tmp"' EXIT
commands=$(cd "$top/cmd" && for c in ir-*.c; do echo "${c%.c}"; done)

mkdir -p "$out/man" "$out/completions"
for src in "$top"/man/*.in "$top"/completions/*.in; do
	page=${src#"$top"/}
	page=${page%.in}
	about=-
	case $page in
	man/ir-*.1)
		name=${page#man/}
		about=$tmp
		"$bin/${name%.1}" --introspect >"$tmp"
		;;
	esac
	# shellcheck disable=SC2086
	"$gen" "$src" "$about" $commands >"$out/$page.new"
	mv "$out/$page.new" "$out/$page"
done
