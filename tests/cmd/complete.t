#!/usr/bin/env bash
# Tab, in real shells on a real terminal: options, check names, services and handles with what they mean.
. "${0%/*}/../lib.sh"
need tmux bash zsh fish
export DOCKER_HOST=unix://$T/no-engine.sock

cat >"$IR_CONF" <<'EOF'
[check "front page"]
service = shop
url = http://127.0.0.1:1/
[check "login"]
service = shop
command = true
[check "log:in"]
command = false
[service "billing"]
EOF
check 'a run to remember' -s 1 -o has:login -- ir-health login 'front page'
handle=$(ir-health -o id login 2>/dev/null | head -1)
printf '[check "billing"]\ncommand = true\nservice = billing\n' >"$T/twice.conf"
is 'a check and a service of one name are offered once' "$(IR_CONF=$T/twice.conf ir-health --complete target -- | grep -c '^billing')" 1
like 'there is a handle to complete' "$handle" '^chk-[0-9a-z]{8}$'

S=$T/tmux.sock
tm() {
	tmux -S "$S" -f /dev/null "$@"
}
at_end tm kill-server

screen() {
	tm capture-pane -p -t "$shell"
}

shows() {
	screen | grep -Eq -e "$1"
}

# sees NAME ERE: the screen comes to have a line like it
sees() {
	if await 10 shows "$2"; then pass "$shell: $1"; else flunk "$shell: $1" "want a line like: $2"$'\n'"the screen:"$'\n'"$(screen)"; fi
}

lacks() {
	if shows "$2"; then flunk "$shell: $1" "want no line like: $2"$'\n'"the screen:"$'\n'"$(screen)"; else pass "$shell: $1"; fi
}

# types WORDS: into a fresh shell; then Tab, as often as is said
types() {
	tm respawn-pane -k -t "$shell" "${command[@]}"
	await 20 shows '^READY> *$' || flunk "$shell: is ready" "$(screen)"
	tm send-keys -t "$shell" -l "$1"
	for ((i = 0; i < ${2:-1}; i++)); do tm send-keys -t "$shell" Tab; done
}

start() {
	shell=$1
	shift
	command=(env TERM=screen "$@")
	tm new-session -d -s "$shell" -x 110 -y 40 -c "$T/work" sleep 1000
}

# bash-completion finds a command's completions by the command's name, as installed
loader=/usr/share/bash-completion/bash_completion
[ -e "$loader" ] || loader=$TOP/completions/ir.bash
cat >"$T/bashrc" <<EOF
PS1='READY> '
bind 'set bell-style none' 'set enable-bracketed-paste off'
. '$loader'
EOF
mkdir -p "$XDG_DATA_HOME/bash-completion/completions"
for c in health deps doctor show; do ln -s "$TOP/completions/ir.bash" "$XDG_DATA_HOME/bash-completion/completions/ir-$c"; done
mkdir -p "$HOME/zsh" "$HOME/fns" "$HOME/.config/fish/completions"
cp "$TOP/completions/_ir" "$HOME/fns/"
cat >"$HOME/zsh/.zshrc" <<EOF
PS1='READY> '
fpath=('$HOME/fns' \$fpath)
autoload -U compinit && compinit -u -D
unsetopt beep
EOF
for c in health deps doctor show; do cp "$TOP/completions/ir.fish" "$HOME/.config/fish/completions/ir-$c.fish"; done
cat >"$HOME/.config/fish/config.fish" <<EOF
function fish_prompt; echo 'READY> '; end
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
EOF

questions() {
	types 'ir-health --stri'
	sees 'an option is completed' '^READY> ir-health --strict *$'
	types 'ir-health --s' "$twice"
	sees 'an option of several is described' "$1"
	types 'ir-health --only=fai'
	sees 'a value behind =' '^READY> ir-health --only=fail *$'
	types 'ir-health --only=fail,unk'
	sees 'a comma list' '^READY> ir-health --only=fail,unknown *$'
	types 'ir-health -s bil'
	sees 'a service' '^READY> ir-health -s billing *$'
	types 'ir-health logi'
	sees 'the name of a check' '^READY> ir-health login *$'
	types 'ir-health fro'
	sees 'a name with a blank is quoted' "^READY> ir-health ('front page'|front\\\\ page) *\$"
	types 'ir-health log:'
	sees 'a name with a colon' '^READY> ir-health log(\\)?:in *$'
	types "ir-show ${handle:0:9}"
	sees 'a handle' "^READY> ir-show $handle *\$"
	types 'ir-show chk-' "$twice"
	sees 'handles are described' "$handle.*(fail|ok|unknown)"
	types "ir-health ${handle:0:9}"
	sees 'what a handle is about can be looked at' "^READY> ir-health $handle *\$"
	types 'ir-show --schema che'
	sees 'a kind' '^READY> ir-show --schema check *$'
	types 'ir-health --bogus='
	sees 'nothing for what is not known' '^READY> ir-health --bogus= *$'
	lacks 'no message on the terminal' 'unknown option'
}

twice=2
start bash bash --noprofile --rcfile "$T/bashrc" -i
questions '--service +\(only what belongs'
twice=1
start zsh env ZDOTDIR="$HOME/zsh" zsh -i
questions '--service +-- only what belongs'
start fish fish -i
questions '--service +\(only what belongs'
done_testing
