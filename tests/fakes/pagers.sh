# pagers.sh - for tests: the pagers of pagers.py, and an ir.conf with all of them
#
#	fakes [KIND=PORT…]		start them; their address is $FAKES, what they were asked is in $T/asked
#	pagers_of WHO KIND…		writes $IR_CONF: sections pd ga oc og jsm, with WHO's keys (ana, ben, nobody)
#	world KIND JSON			begin anew
#	state KIND JQ			of its alerts
#	asked KIND JQ			of the requests to it, as a list
#	now_ids ARGS…			handles of ir-alerts ARGS, in $IDS

fakes() {
	FAKE_PORT=$(free_port)
	FAKES=http://127.0.0.1:$FAKE_PORT
	spawn /usr/bin/python3 "$TOP/tests/fakes/pagers.py" "$FAKE_PORT" "$T/asked" "$@"
	await 10 curl -sf "$FAKES/state/pd" >/dev/null || { flunk 'the fakes are up' "$(cat "$T/spawn.log")"; exit 1; }
}

pagers_of() {
	local who=$1 kind
	shift
	printf 'tok-%s\n' "$who" >"$T/key.$who" && printf 'ey-%s\n' "$who" >"$T/eykey.$who" && chmod 600 "$T/key.$who" "$T/eykey.$who"
	for kind; do
		echo "[pager \"$kind\"]"
		echo "url = $FAKES/$kind"
		case $kind in
		pd) printf '%s\n' 'type = pagerduty' "token-file = $T/key.$who" ;;
		ga) printf '%s\n' 'type = goalert' "token-file = $T/eykey.$who" ;;
		oc) printf '%s\n' 'type = oncall' "token-file = $T/key.$who" ;;
		og) printf '%s\n' 'type = opsgenie' "user = $who" "token-file = $T/key.$who" ;;
		jsm) printf '%s\n' 'type = jsm' "user = $who@example.org" 'cloud-id = cloud-1' "token-file = $T/key.$who" ;;
		esac
	done >"$IR_CONF"
}

world() {
	curl -sf -X PUT "$FAKES/ctl/$1" -d "$2" >/dev/null
	: >"$T/asked"
}

state() {
	curl -sf "$FAKES/state/$1" | jq -c "$2"
}

asked() {
	jq -sc --arg kind "$1" "[.[] | select(.kind == \$kind)] | $2" "$T/asked"
}

now_ids() {
	IDS=$(ir-alerts -o id --state firing,acked,silenced "$@" 2>/dev/null)
}
