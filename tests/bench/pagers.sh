# pagers.sh - open alerts and acks: ir-alerts and ir-ack beside amtool, with a real Alertmanager

# pagers_fire N NAMES: alerts of so many names, ten clusters each; $P tells all.
pagers_fire() {
	local i from to=$(date -u -d '+6 hours' +%FT%TZ)
	for ((from = 0; from < $1; from += 1000)); do
		for ((i = from; i < $1 && i < from + 1000; i++)); do
			printf '%s{"labels":{"alertname":"Name%d","cluster":"c%d","instance":"node-%05d.example.org:9100","job":"node","namespace":"prod","service":"web","severity":"critical","team":"sre"},' \
				"$([ "$i" = "$from" ] || echo ,)" $((i % $2)) $((i / $2 % 10)) "$i"
			printf '"annotations":{"summary":"node-%05d is down","description":"node-%05d of the cluster has not answered for five minutes","runbook_url":"https://runbooks.example.org/down"},' "$i" "$i"
			printf '"generatorURL":"http://prometheus.example.org/graph?g0.expr=up+%%3D%%3D+0&g0.tab=1","endsAt":"%s"}' "$to"
		done | sed '1s/^/[/; $s/$/]/' | curl -sf -o /dev/null -H 'Content-Type: application/json' --data-binary @- "$P/api/v2/alerts"
	done
	await 10 sh -c "[ \$(curl -s $P/api/v2/alerts | jq length) = $1 ]"
}

pagers_silences() {
	curl -s "$P/api/v2/silences" | jq -r '.[] | select(.status.state == "active") | .id'
}

pagers_expire() {
	local id
	for id in $(pagers_silences); do curl -s -o /dev/null -X DELETE "$P/api/v2/silence/$id"; done
}

# Of how many alerts it is told that they are quiet.
pagers_quiet() {
	curl -s "$P/api/v2/alerts" | jq '[.[] | select(.status.silencedBy != [])] | length'
}

pagers_list() {
	local round
	for ((round = 1; round <= ROUNDS; round++)); do
		cost pagers-ir ir-alerts -T 60s
		counted pagers-ir "$(grep -c Name "$T/said")" 10000
		cost pagers-amtool amtool --alertmanager.url="$P" -o json alert query
		counted pagers-amtool "$(jq length "$T/said")" 10000
		cost pagers-curl curl -s "$P/api/v2/alerts"
		counted pagers-curl "$(jq length "$T/said")" 10000
	done
	head_line '10,000 open alerts of an Alertmanager' told
	line '`ir-alerts`' pagers-ir pagers-ir
	line '`amtool -o json alert query`' pagers-amtool pagers-ir
	line '`curl`, which reads nothing of it' pagers-curl pagers-ir
}

# All of them but those of one name: these must not be quiet.
pagers_ack_all() {
	local round began
	for ((round = 1; round <= ROUNDS; round++)); do
		ir-alerts -q -o text Name0 Name1 Name2 Name3 >"$T/rows"
		input=$T/rows cost pagers-all ir-ack -q -T 60s -
		cp "$T/said" "$T/acked"
		began=$(date +%s%N)
		curl -s -o /dev/null "$P/api/v2/alerts"
		echo "$((($(date +%s%N) - began) / 1000000))" >>"$T/pagers-next"
		counted pagers-all "$(grep -c '	done	' "$T/acked") by $(pagers_silences | wc -l), $(pagers_quiet) quiet" '8000 by 4, 8000 quiet'
		pagers_expire
	done
	head_line '8,000 of these acked, by so many silences' told
	line '`ir-ack -`' pagers-all pagers-all
}

pagers_ack_groups() {
	local round
	cat >"$T/loop" <<-END
		amtool --alertmanager.url=$P -o json alert query | jq -r '.[].labels.alertname' | sort -u |
			while read -r name; do amtool --alertmanager.url=$P silence add -a ana -c 'ACK! looking' -d 15m alertname="\$name"; done
	END
	cat >"$T/each" <<-END
		amtool --alertmanager.url=$P -o json alert query | jq -r '.[].labels | .alertname + " " + .instance' |
			while read -r name instance; do amtool --alertmanager.url=$P silence add -a ana -c 'ACK! looking' -d 15m alertname="\$name" instance="\$instance"; done
	END
	echo 'ir-alerts -q | ir-ack -q -m looking -' >"$T/pipe"
	for ((round = 1; round <= ROUNDS; round++)); do
		cost groups-ir sh "$T/pipe"
		counted groups-ir "$(pagers_silences | wc -l) silences, $(pagers_quiet) quiet" '10 silences, 100 quiet'
		pagers_expire
		ir-alerts -q >"$T/rows"
		input=$T/rows cost groups-ack ir-ack -q -m looking -
		counted groups-ack "$(pagers_silences | wc -l) silences, $(pagers_quiet) quiet" '10 silences, 100 quiet'
		pagers_expire
		cost groups-amtool sh "$T/loop"
		counted groups-amtool "$(pagers_silences | wc -l) silences, $(pagers_quiet) quiet" '10 silences, 100 quiet'
		pagers_expire
		cost groups-each sh "$T/each"
		counted groups-each "$(pagers_silences | wc -l) silences, $(pagers_quiet) quiet" '100 silences, 100 quiet'
		pagers_expire
	done
	head_line '100 alerts of ten names listed and acked' told
	line '`ir-alerts \\| ir-ack -`' groups-ir groups-ir
	line '`ir-ack -` alone' groups-ack groups-ir
	line '`amtool alert query`, `jq`, `amtool silence add` for each name' groups-amtool groups-ir
	line 'the same for each alert' groups-each groups-ir
}

pagers_table() {
	can alertmanager && can jq || { echo && echo 'Pagers: no Alertmanager here.' && return; }
	say 'pagers'
	export IR_JOURNAL=$T/journal IR_WHO=ana IR_ENV=shop
	alertmanager_up ten </dev/null
	P=http://127.0.0.1:$ALERTMANAGER_PORT
	printf '[pager "main"]\nurl = %s\n' "$P" >"$T/ir.conf"
	pagers_fire 10000 5 || { say 'the alerts do not fire' && return; }
	pagers_list
	pagers_ack_all
	echo && echo "The list after that takes $(sort -n "$T/pagers-next" | tail -1) ms at most."
	stop "$ALERTMANAGER"
	export IR_JOURNAL=$T/journal-of-hundred
	alertmanager_up hundred </dev/null
	P=http://127.0.0.1:$ALERTMANAGER_PORT
	printf '[pager "main"]\nurl = %s\n' "$P" >"$T/ir.conf"
	pagers_fire 100 10 || { say 'the alerts do not fire' && return; }
	pagers_ack_groups
	stop "$ALERTMANAGER"
	unset IR_JOURNAL IR_WHO
}
