# bash completion for ir-*: asks the command itself, so that nothing is listed twice. Words that match are shown with what they mean.

# The words of the line as the command would get them: bash takes them apart at = and : as well.
_ir_words() {
	local line=${COMP_LINE:0:COMP_POINT} rest word i
	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		rest=${line#"${line%%[![:blank:]]*}"}
		word=${COMP_WORDS[i]}
		((i < COMP_CWORD)) || word=${word:0:${#rest}}
		if ((i > 0)) && [[ $rest == "$line" ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
		line=${rest#"$word"}
	done
}

_ir() {
	local words=() reply=() value doc cur raw head= width=0 quote=
	COMPREPLY=()
	_ir_words
	raw=${words[-1]}
	words=("${words[@]//[\"\'\\]/}")
	cur=${words[-1]}
	[[ $raw != [\"\']* ]] || quote=1
	while IFS=$'\t' read -r value doc; do
		[[ $value == "$cur"* ]] || continue
		reply+=("$value"$'\t'"$doc")
		((${#value} <= width)) || width=${#value}
	done < <("${1/#\~/$HOME}" --complete line -- "${words[@]:1}" 2>/dev/null)

	# bash replaces only what follows the last = or : where it takes words apart
	[[ $COMP_WORDBREAKS != *=* || $cur != *=* ]] || head=${cur%"${cur##*=}"}
	[[ $COMP_WORDBREAKS != *:* || $cur != *:* ]] || [[ ${#cur} -lt ${#head} ]] || head=${cur%"${cur##*[=:]}"}
	for value in "${reply[@]}"; do
		doc=${value#*$'\t'} value=${value%%$'\t'*}
		value=${value#"$head"}
		[[ -n $quote ]] || { printf -v value %q "$value" && value=${value//\\,/,}; }
		# a list that is shown (not one that is inserted) says what the words mean
		if ((${#reply[@]} > 1)) && [[ -n $doc && $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
			printf -v value '%-*s  (%s)' $((width - ${#head})) "$value" "$doc"
		fi
		COMPREPLY+=("$value")
	done
}

complete -o nosort -F _ir ir-ack ir-alerts ir-deploys ir-deps ir-doctor ir-health ir-incident ir-logs ir-show ir-suspect ir-timeline
