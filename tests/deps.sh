#!/usr/bin/env bash
# deps.sh build|check|demo|bench|fuzz|soak - Debian packages that this part of the Makefile needs: names what is missing, then installs it
#
# DEPS=no installs nothing: it fails when the build cannot go on, and else says what will be skipped. No service that a package brings is
# started, now or at the next boot: starting is forbidden by policy-rc.d while installing, and what installation enabled is disabled again.
set -u
what=${1:-build}

# For whom, package, and how to see that it is there: a command, a header (of the C compiler), or a file.
table='
build  gcc                      command cc
build  libc6-dev                header  stdio.h
build  libjansson-dev           header  jansson.h
build  nettle-dev               header  nettle/sha2.h
build  libinih-dev              header  ini.h
build  libyaml-dev              header  yaml.h
build  libexpat1-dev            header  expat.h
build  zlib1g-dev               header  zlib.h
build  libzstd-dev              header  zstd.h
build  libcurl4-openssl-dev     header  curl/curl.h
build  libhiredis-dev           header  hiredis/hiredis.h
build  libpq-dev                header  postgresql/libpq-fe.h
serve  libhiredis0.14           file    /usr/lib/*/libhiredis.so.[0-9]*
check  clang                    command clang
check  clang-format           command clang-format
check  perl                     command prove
serve  git                      command git
check  alembic                  command alembic
check  jq                       command jq
check  zstd                     command zstd
check  mandoc                   command mandoc
check  zsh                      command zsh
check  fish                     command fish
check  bash-completion          file    /usr/share/bash-completion/bash_completion
check  libsimde-dev             file    /usr/include/simde/x86/avx512.h
check  expect                   command expect
check  tmux                     command tmux
serve  redis-server             command redis-server
serve  libpq5                   file    /usr/lib/*/libpq.so.5
serve  postgresql               file    /usr/lib/postgresql/*/bin/initdb
check  ruby-pg                  file    /usr/share/rubygems-integration/*/specifications/pg-*.gemspec
check  ruby-activerecord        file    /usr/share/rubygems-integration/all/specifications/activerecord-*.gemspec
check  pgbouncer                command pgbouncer
check  monitoring-plugins-basic file    /usr/lib/nagios/plugins/check_http
check  rabbitmq-server          file    /usr/lib/rabbitmq/bin/rabbitmq-server
check  clickhouse-server        command clickhouse-server
serve  prometheus-alertmanager  command prometheus-alertmanager
check  prometheus               command prometheus
check  python3-celery           file    /usr/lib/python3/dist-packages/celery/__init__.py
check  python3-redis            file    /usr/lib/python3/dist-packages/redis/__init__.py
check  python3-rq               file    /usr/lib/python3/dist-packages/rq/__init__.py
check  python3-django           file    /usr/lib/python3/dist-packages/django/__init__.py
check  python3-psycopg2         file    /usr/lib/python3/dist-packages/psycopg2/__init__.py
serve  nginx-light              command nginx
serve  docker.io                command dockerd
serve  docker.io                command docker
serve  docker-compose           command docker-compose
serve  openssl                  command openssl
serve  curl                     command curl
bench  monitoring-plugins-basic file    /usr/lib/nagios/plugins/check_http
bench  monitoring-plugins-standard file /usr/lib/nagios/plugins/check_pgsql
bench  postgresql               file    /usr/lib/postgresql/*/bin/initdb
bench  redis-server             command redis-server
bench  clickhouse-server        command clickhouse-server
bench  libpq5                   file    /usr/lib/*/libpq.so.5
bench  libhiredis0.14           file    /usr/lib/*/libhiredis.so.[0-9]*
bench  prometheus-alertmanager  command prometheus-alertmanager
bench  jq                       command jq
bench  python3-django           file    /usr/lib/python3/dist-packages/django/__init__.py
bench  python3-psycopg2         file    /usr/lib/python3/dist-packages/psycopg2/__init__.py
bench  ripgrep                  command rg
bench  mawk                     command mawk
bench  gawk                     command gawk
bench  lnav                     command lnav
fuzz   clang                    command clang
fuzz   libclang-rt-14-dev       file    /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a
'

case $what in
build) parts=build ;;
check | soak) parts='build check serve' ;;
demo) parts='build serve' ;;
bench) parts='build serve bench' ;;
fuzz | fuzz-smoke) parts='build fuzz' ;;
*) echo "deps.sh: what is '$what'? one of build check demo bench fuzz soak" >&2 && exit 64 ;;
esac

# All headers at once first: one run of the compiler when nothing is missing.
headers_are_there() {
	printf '#include <%s>\n' "$@" | cc -E - >/dev/null 2>&1
}

is_there() {
	local f
	case $1 in
	command) PATH=$PATH:/usr/sbin:/sbin command -v "$2" ;;
	header) [ -n "$all_headers" ] || headers_are_there "$2" ;;
	file) for f in $2; do [ -e "$f" ] || return 1; done ;;
	esac >/dev/null 2>&1
}

all_headers=
# shellcheck disable=SC2046
headers_are_there $(awk '$3 == "header" { print $4 }' <<<"$table") && all_headers=yes

missing=() cannot_build=
while read -r part package how name; do
	[[ " $parts " == *" ${part:-none} "* ]] && ! is_there "$how" "$name" || continue
	[[ " ${missing[*]-} " == *" $package "* ]] || missing+=("$package")
	[ "$part" != build ] || cannot_build=yes
done <<<"$table"
[ ${#missing[@]} -gt 0 ] || exit 0

install="apt-get install --no-install-recommends ${missing[*]}"
if [ "${DEPS:-yes}" = no ] || ! command -v apt-get >/dev/null; then
	echo "missing: ${missing[*]}"
	[ -z "$cannot_build" ] || { echo "cannot build without; run: $install" >&2 && exit 1; }
	echo 'what needs them is skipped'
	exit 0
fi
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "missing: ${missing[*]}; run as root: $install, or say DEPS=no to go on without" >&2 && exit 1; }
	echo "will install, by sudo: ${missing[*]}"
	exec sudo -- "$(realpath "$0")" "$what"
fi
echo "will install: ${missing[*]}"

policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf
links() {
	find /etc/systemd/system /etc/systemd/user /etc/rc[0-9S].d -type l 2>/dev/null | sort
}

restore() {
	rm -f "$policy"
	[ ! -e "$policy.before-ir" ] || mv "$policy.before-ir" "$policy"
	[ ! -e "$cluster.before-ir" ] || mv "$cluster.before-ir" "$cluster"
}

# What installation made to be started at boot is taken back: systemd's links, and System V's S links.
disable_new() {
	local link name
	comm -13 "$before" <(links) | while read -r link; do
		name=${link##*/}
		case $link in
		/etc/systemd/*) rm -f "$link" ;;
		/etc/rc?.d/S*) update-rc.d "${name#S??}" disable ;;
		esac
	done
	rm -f "$before"
}

before=$(mktemp) && links >"$before" || exit 1
trap 'disable_new; restore' EXIT
trap 'exit 130' INT TERM HUP
[ ! -e "$policy" ] || [ -e "$policy.before-ir" ] || mv "$policy" "$policy.before-ir"
printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit 1

get() {
	DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get "$@" </dev/null
}

# The server's package makes a database cluster of its own, unless this file, which comes with another package, says no.
no_cluster() {
	get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends postgresql-common || return
	[ -e "$cluster.before-ir" ] || cp -p "$cluster" "$cluster.before-ir" || return
	echo 'create_main_cluster = false' >>"$cluster"
}

install() {
	case " ${missing[*]} " in
	*' postgresql '*) no_cluster || return ;;
	esac
	get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}"
}

install || { get -q update && install; } || { echo "could not install: ${missing[*]}" >&2 && exit 1; }
