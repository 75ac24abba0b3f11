#!/bin/sh
# Runs every test; arguments go on to Maven. One class of the acceptance tests, with everything it starts built first:
#   ./test.sh -Dtest=RacesTest -Dsurefire.failIfNoSpecifiedTests=false
# With --native as the first word the acceptance tests start the native executables in place of the jars; they are built before,
# with ./mvnw -DskipTests package -Dnative (docs/native.md).
set -eu
root=$(cd "$(dirname "$0")" && pwd)

# sshd is rarely on the path of a user who is not root.
PATH="$PATH:/usr/sbin:/usr/local/sbin"
export PATH
missing=
for program in ssh ssh-keygen sshd curl openssl socat stunnel4 zsh ss dash busybox mksh csh tcsh shellcheck mmdebstrap node python3 go promtool; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
# Debian's; another Chromium is named by CHROMIUM=/path/to/it.
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing="$missing chromium"
# It only reads compose.yaml: no engine has to run.
command -v docker-compose >/dev/null 2>&1 || docker compose version >/dev/null 2>&1 || missing="$missing docker-compose"
if [ -n "$missing" ]; then
    echo "test.sh: the tests need$missing; install with: apt-get install openssh-server openssh-client curl openssl socat stunnel4 zsh dash busybox mksh csh tcsh shellcheck iproute2 docker-compose chromium mmdebstrap nodejs python3 golang-go prometheus" >&2
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
