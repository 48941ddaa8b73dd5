#!/usr/bin/env bash
# ir-health on programs, plugins and units: exit statuses, output, time limits, and that nothing is left running
. "${0%/*}/../lib.sh"
need jq

conf() {
	{ echo '[check "it"]' && printf '%s\n' "$@"; } >"$IR_CONF"
}
want() {
	local name=$1 status=$2 re=$3
	shift 3
	conf "$@"
	ir-health -j -t 1s >"$T/json" 2>"$T/err"
	cat "$T/json" >>"$T/records"
	like "$name" "$(jq -r 'select(.kind == "check") | .status + ": " + .summary' "$T/json")$(cat "$T/err")" "^$status: $re"
}
member() {
	jq -rc "select(.kind == \"check\") | $1" "$T/json"
}

want 'exit 0, its last line' ok 'System check identified no issues$' 'command = echo starting; echo System check identified no issues'
is 'facts' "$(member '[.exit_code, .output, .type, .subject]')" '[0,"starting\nSystem check identified no issues\n","command","command:it"]'
want 'exit 0 without a word' ok 'exit 0 in' 'command = true'
want 'exit 1, the last line of stderr' fail 'exit 1: oh no$' 'command = echo fine; echo oh no >&2; exit 1'
want 'a status that is well' ok 'exit 3 in' 'command = exit 3' 'ok-status = 0,3-5'
want 'a status that is a warning' warn 'exit 4$' 'command = exit 4' 'warn-status = 4'
want 'a status that is neither' fail 'exit 5$' 'command = exit 5' 'warn-status = 4'
want 'what cannot be run is not known' unknown 'the check could not be run: .*no-such-program' 'command = no-such-program'
want 'killed' fail 'killed by SIGSEGV' 'command = kill -SEGV $$'
is 'by a signal' "$(member '[.signal, .exit_code]')" '["SIGSEGV",null]'
want 'its directory' ok "$T/home$" 'command = pwd' "dir = $T/home"
want 'a directory that is not there' unknown '' 'command = pwd' 'dir = /nowhere'
want 'its input is empty' ok 'read nothing' 'command = read x || echo read nothing'
want 'escape sequences stay text' fail 'exit 1: ' 'command = printf "\\033[2Jgone" >&2; exit 1'
unlike 'in the record' "$(cat "$T/json")" $'\033'

begin=${EPOCHREALTIME/./}
want 'too slow: ended, and not known' unknown 'did not end within 300ms, was ended: waiting$' 'command = echo waiting; sleep 77.5' 'timeout = 300ms'
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
ok "in time: $took ms" [ $took -lt 2000 ]
ok 'with its children' sh -c '! pgrep -f "sleep 77[.]5"'
want 'deaf to TERM: killed with its children' unknown 'did not end' 'command = trap "" TERM; sleep 77.6 & sleep 77.6; sleep 77.6' 'timeout = 200ms'
await 2 sh -c '! pgrep -f "sleep 77[.]6"'
ok 'nothing is left' sh -c '! pgrep -f "sleep 77[.]6"'
want 'a child that outlives it and keeps the pipe' ok 'done$' 'command = sleep 77.7 & echo done'
await 2 sh -c '! pgrep -f "sleep 77[.]7"'
ok 'goes with it' sh -c '! pgrep -f "sleep 77[.]7"'
want 'talking without end' unknown 'did not end' 'command = yes' 'timeout = 300ms'
ok 'is cut off' [ "$(wc -c <"$T/json")" -lt 20000 ]
conf 'command = sleep 77.8' 'timeout = 20s'
begin=${EPOCHREALTIME/./}
check 'the deadline of the run wins' -s 2 -o 'has:did not end' -- ir-health -T 1s
took=$(((${EPOCHREALTIME/./} - begin) / 1000))
ok "and is kept: $took ms" [ $took -lt 1600 ]
ir-health -T 30s >/dev/null 2>&1 &
await 5 pgrep -f 'sleep 77[.]8'
kill -TERM $!
wait $!
is 'interrupted: 130' $? 130
await 2 sh -c '! pgrep -f "sleep 77[.]8"'
ok 'and nothing is left' sh -c '! pgrep -f "sleep 77[.]8"'
conf 'command = true'
check 'a short one leaves the program most of it' -o 'like:^chk.*	ok	' -- ir-health -T 250ms
conf 'command = echo begun; sleep 60'
check 'and is told in its words' -s 2 -o 'has:did not end within 1' -o has:begun -- ir-health -T 250ms

printf 'n=$(cat %s 2>/dev/null || echo 0)\necho $((n + 1)) >%s\n[ "$n" -ge 2 ] || { echo "try $n"; exit 1; }\n' "$T/n" "$T/n" >"$T/flap"
want 'ok only at a later attempt is a warning' warn 'ok at attempt 3, before: exit 1: try 1' "command = sh $T/flap" 'retries = 4'
is 'attempts' "$(member .attempts)" 3

plugin() {
	printf '#!/bin/sh\nprintf "%s"\nexit %s\n' "$1" "$2" >"$T/plugin" && chmod +x "$T/plugin"
}
for pair in 0:ok 1:warn 2:fail 3:unknown 4:unknown; do
	plugin 'DISK - free space: 3326 MB | /=2643MB;5948;5958;0;5968 '"'a b'"'=1s\\nmore\\n' "${pair%:*}"
	want "a plugin that exits ${pair%:*}" "${pair#*:}" 'DISK - free space: 3326 MB$' "command = $T/plugin" 'plugin = yes'
done
is 'its performance data' "$(member .perfdata)" '["/=2643MB;5948;5958;0;5968","a b=1s"]'
plugin '' 2
want 'a plugin without a word' fail 'exit 2 without a word' "command = $T/plugin" 'plugin = yes'
if [ -x /usr/lib/nagios/plugins/check_load ]; then
	want 'a plugin of monitoring-plugins' ok '(LOAD )?OK' 'command = /usr/lib/nagios/plugins/check_load -w 9999 -c 9999' 'plugin = yes'
	like 'its load as performance data' "$(member .perfdata)" '"load1=[0-9.]+;9999'
else
	skip monitoring-plugins
fi

mkdir "$T/fake"
cat >"$T/fake/systemctl" <<'SH'
#!/bin/sh
case $* in
*broken*) echo 'System has not been booted with systemd as init system (PID 1). Can'"'"'t operate.' >&2; exit 1 ;;
*web*) printf 'Id=web.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainStatus=3\nNRestarts=5\n' ;;
*) printf 'Id=x.service\nLoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nNRestarts=0\n' ;;
esac
SH
chmod +x "$T/fake/systemctl"
PATH=$T/fake:$PATH
want 'a unit that runs' ok 'active \(running\)' 'unit = x.service'
want 'a unit that failed' fail 'failed: exit-code, exit 3$' 'unit = web'
is 'facts of a unit' "$(member '[.unit, .active_state, .sub_state, .result, .exit_code, .restarts]')" '["web.service","failed","failed","exit-code",3,5]'
want 'no systemd' unknown "systemctl cannot tell: System has not been booted" 'unit = broken'
check 'a unit as operand' -o 'like:ok	-	unit:x	active' -- ir-health unit:x
check 'what is no unit' -s 64 -o ignore -e 'has:--now' -- ir-health unit:--now
{ echo '[service "shop"]' && echo 'unit = x.service' && echo '[check "it"]' && echo 'unit = x.service'; } >"$IR_CONF"
check 'a unit belongs to its service' -o 'like:ok	shop	unit:x' -- ir-health -s shop
check 'a service that is not there is not well' -s 1 -e 'has:of service '\''shpo'\' -e 'has:did you mean '\''shop'\' -- ir-health -s shpo
check 'nor beside one that is' -s 1 -o 'like:unit:x' -e 'has:of service '\''nothing'\' -- ir-health -s shop,nothing
check 'an address without its scheme' -s 1 -e 'has:hint: write tcp://localhost:5432' -- ir-health localhost:5432
is 'on a terminal a failure is said once' "$(script -qec 'ir-health gopher://x' /dev/null </dev/null | grep -c 'not something to check')" 1
check 'in a pipe it is a record, too' -s 64 -o 'like:^err-.*not something to check' -e 'has:not something to check' -- ir-health gopher://x
check 'a name that is nearly one' -s 1 -e 'has:hint: did you mean' -- ir-health shpo
IR_READONLY=1 check 'a probe is no write' -o ignore -- ir-health
for ((i = 0; i < 60; i++)); do printf '[check "c%d"]\ncommand = true\n' $i; done >"$IR_CONF"
few() {
	ulimit -n 64 && ir-health
}
check 'few descriptors make fewer at once' -o lines:60 -o unlike:unknown -- few
conf 'command = true' 'url = http://x/'
check 'command and url exclude one another' -s 78 -o ignore -e 'has:it' -- ir-health
conf 'service = web'
check 'a check of nothing' -s 78 -o ignore -e 'has:it' -- ir-health
done_testing
