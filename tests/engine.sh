# engine.sh - a docker engine of our own in a directory, and what starting and ending processes takes (read by lib.sh, run.sh)

IR_BOX=$TOP/build/box

await() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt $end ] || { diag "waited in vain for: $*" && return 1; }
		sleep 0.02
	done
}

ir_gone() {
	case $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) in '' | Z) ;; *) return 1 ;; esac
}

# Processes whose environment has VARIABLE=VALUE since they were started.
ir_left() (
	unset "$1"
	grep -lzFx -e "$1=$2" /proc/[0-9]*/environ 2>/dev/null | sed 's,/proc/,,; s,/.*,,'
)

ir_none_left() {
	[ -z "$(ir_left "$@")" ]
}

# The engine of a directory: dockerd with all that it keeps below it, in cgroups of its own; it changes nothing of the machine's network.
ir_engine_start() {
	local dir=$1
	mkdir -p "$dir/tmp"
	# Its environment is its own: it may outlive the test that starts it. The proxy is nowhere: it asks no registry.
	env -i PATH="$PATH" HOME="$dir" TMPDIR="$dir/tmp" HTTP_PROXY=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9 ${IR_SHARED:+IR_SHARED="$IR_SHARED"} \
		setsid dockerd --host "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" --bridge none \
		--iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --userland-proxy=false --cgroup-parent "/ir-test-$$" \
		--exec-opt native.cgroupdriver=cgroupfs </dev/null >>"$dir/log" 2>&1 &
	echo "/ir-test-$$" >"$dir/cgroup"
	await 30 ir_engine_answers "$dir" || { diag "$(tail -5 "$dir/log")" && return 1; }
}

ir_engine_box() {
	DOCKER_HOST=unix://$1/docker.sock docker image inspect box >/dev/null 2>&1 ||
		tar -C "${IR_BOX%/*}" -c box | DOCKER_HOST=unix://$1/docker.sock docker import -c 'ENTRYPOINT ["/box"]' -c 'CMD ["hold"]' \
			-c 'LABEL org.opencontainers.image.revision=4f2a9c1d org.opencontainers.image.version=1.2.3' - box >/dev/null
}

# The daemon only; its containers stay, and are seen again after ir_engine_start.
ir_engine_stop() {
	local pid
	pid=$(cat "$1/pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null
	await 20 ir_gone "$pid" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
}

ir_engine_remove() {
	local dir=$1 ids m
	[ -e "$dir/pid" ] || [ -e "$dir/data" ] || return 0
	ir_engine_answers "$dir" || ir_engine_start "$dir"
	ids=$(DOCKER_HOST=unix://$dir/docker.sock docker ps -aq)
	[ -z "$ids" ] || DOCKER_HOST=unix://$dir/docker.sock docker rm -f $ids
	ir_engine_stop "$dir"
	# shims that a killed engine has left: no other knows of them
	kill -KILL $(grep -lz -e "$dir/[e]xec/" /proc/[0-9]*/cmdline 2>/dev/null | sed 's,/proc/,,; s,/.*,,') 2>/dev/null
	grep -o " $dir/[^ ]*" /proc/mounts | sort -r | while read -r m; do umount -l "$m"; done
	find /sys/fs/cgroup -depth -type d -path "*$(cat "$dir/cgroup")*" -exec rmdir {} + 2>/dev/null
	rm -rf "$dir"
}

ir_engine_answers() {
	curl -sf -m 5 --unix-socket "$1/docker.sock" http://docker/_ping
}

# Start it unless it runs, with its image, one caller at a time; what could not be started once is not tried again. $1.said tells why.
ir_engine_up() {
	(
		flock 9
		[ ! -e "$1.cannot" ] || exit 1
		{ { ir_engine_answers "$1" || ir_engine_start "$1"; } && ir_engine_box "$1"; } >"$1.said" 2>&1 9>&- || { : >"$1.cannot"; exit 1; }
	) 9>"$1.lock"
}
