#!/usr/bin/env bash
# make install puts everything where shells and man look for it, and uninstall takes all of it away.
. "${0%/*}/lib.sh"

need make
run() {
	make -s -C "$TOP" DEPS=no PREFIX=/usr/local DESTDIR="$T/root" "$@" >make.log 2>&1 || { cat make.log && return 1; }
}
in=$T/root/usr/local
[ "$BIN" = "$TOP/build/plain/bin" ] || { echo '1..0 # SKIP only what is built as plain is installed' && ir_planned=1 && exit 0; }

ok 'make install' run install
for command in "$BIN"/*; do
	command=${command##*/}
	ok "$command is there and runs" "$in/bin/$command" --version
	ok "$command has its page" [ -s "$in/share/man/man1/$command.1" ]
	ok "bash finds completions of $command" [ -s "$in/share/bash-completion/completions/$command" ]
	ok "fish finds completions of $command" [ -s "$in/share/fish/vendor_completions.d/$command.fish" ]
done
ok 'zsh finds completions' grep -q '^#compdef .*ir-' "$in/share/zsh/site-functions/_ir"
for page in "$TOP"/man/*.[57]; do
	ok "${page##*/} is there" [ -s "$in/share/man/man${page##*.}/${page##*/}" ]
done
if can zsh; then
	check 'zsh of this machine looks there' -o has:/usr/local/share/zsh/site-functions -- zsh -f -c 'print -l $fpath'
else
	skip zsh
fi
ok 'make uninstall' run uninstall
is 'nothing is left' "$(find "$T/root" ! -type d)" ''
done_testing
