#!/bin/sh
# Runs every test; arguments go on to Maven. One class of the acceptance tests, with everything it starts built first:
#   ./test.sh -Dtest=RacesTest -Dsurefire.failIfNoSpecifiedTests=false
# With --native as the first word the acceptance tests start the native executables in place of the jars; they are built before,
# with ./mvnw -DskipTests package -Dnative (docs/native.md).
# With --needs it prints the Debian packages that the tests need and this machine lacks.
set -eu
root=$(cd "$(dirname "$0")" && pwd)

# sshd is rarely on the path of a user who is not root.
PATH="$PATH:/usr/sbin:/usr/local/sbin"
export PATH

lacks() { ! command -v "$1" >/dev/null 2>&1; }
needs() {
    while read -r package programs; do
        for program in $programs; do
            if lacks "$program"; then
                echo "$package"
                break
            fi
        done
    done <<'END'
openssh-client ssh ssh-keygen
openssh-server sshd
curl curl
openssl openssl
socat socat
stunnel4 stunnel4
iproute2 ss
strace strace
util-linux setpriv flock taskset
dpkg dpkg-deb
zsh zsh
dash dash
busybox busybox
mksh mksh
csh csh
tcsh tcsh
shellcheck shellcheck
lintian lintian
mmdebstrap mmdebstrap
systemd systemd-analyze
systemd-container systemd-nspawn
nodejs node
python3 python3
golang-go go gofmt
prometheus promtool
END
    # Another Chromium is named by CHROMIUM=/path/to/it. A page without a single font has nothing to click on.
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || echo "chromium fonts-dejavu-core"
    # It only reads compose.yaml: no engine has to run.
    ! lacks docker-compose || docker compose version >/dev/null 2>&1 || echo docker-compose
}

missing=$(needs | tr '\n' ' ')
if [ "${1-}" = --needs ]; then
    echo "$missing"
    exit 0
fi
if [ -n "$missing" ]; then
    echo "test.sh: the tests need more programs; install them with: apt-get install $missing" >&2
    exit 1
fi

cd "$root"
programs=jar
if [ "${1-}" = --native ]; then
    shift
    programs=native
    missing=
    for module in broker agent quickconnect-agent deploy/tunnelctl; do
        found=
        for runner in "$module"/target/*-runner; do
            [ -x "$runner" ] && [ -f "$runner" ] && found=yes
        done
        [ -n "$found" ] || missing="$missing $module/target/*-runner"
    done
    if [ -n "$missing" ]; then
        echo "test.sh: --native starts executables that are not there:$missing; build them with: ./mvnw -DskipTests package -Dnative" >&2
        exit 1
    fi
fi
exec ./mvnw -B verify -Dprograms="$programs" "$@"
