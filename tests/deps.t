#!/usr/bin/env bash
# deps.sh names what is missing, and with DEPS=no installs nothing. (What it installs for real is seen on a fresh machine only.)
. "${0%/*}/lib.sh"

deps() {
	PATH=$T/bare DEPS=no "$T/bare/bash" "$TOP/tests/deps.sh" "$@"
}
mkdir "$T/bare"
for tool in bash awk cat id mktemp comm find sort rm mv chmod realpath; do ln -s "$(command -v $tool)" "$T/bare/$tool"; done
ln -s "$(readlink -f "$T/bare/awk")" "$T/bare/mawk"

check 'a machine without a compiler: what to run' -s 1 -o 'like:^missing: gcc .*libjansson-dev' -e 'like:^cannot build.*apt-get install .*gcc' -- deps build
printf '#!/bin/sh\nexit 0\n' >"$T/bare/cc" && chmod +x "$T/bare/cc"
check 'one that can build' -- deps build
check 'what tests need is named, and skipped' -o 'like:^missing: .*jq' -o 'like:skipped' -- deps check
check 'no goal of that name' -s 64 -e 'like:no-such-goal' -- deps no-such-goal
ok 'no policy was left behind' [ ! -e /usr/sbin/policy-rc.d.before-ir ]
done_testing
