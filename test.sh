#!/bin/sh
# Runs every test; arguments go on to Maven. One class of the acceptance tests, with everything it starts built first:
#   ./test.sh -Dtest=RacesTest -Dsurefire.failIfNoSpecifiedTests=false
set -eu
root=$(cd "$(dirname "$0")" && pwd)

# sshd is rarely on the path of a user who is not root.
PATH="$PATH:/usr/sbin:/usr/local/sbin"
export PATH
missing=
for program in ssh ssh-keygen sshd curl openssl socat stunnel4 zsh ss dash busybox mksh shellcheck lintian mmdebstrap systemd-nspawn systemd-analyze; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
# Debian's; another Chromium is named by CHROMIUM=/path/to/it.
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing="$missing chromium"
# It only reads compose.yaml: no engine has to run.
command -v docker-compose >/dev/null 2>&1 || docker compose version >/dev/null 2>&1 || missing="$missing docker-compose"
if [ -n "$missing" ]; then
    echo "test.sh: the tests need$missing; install with: apt-get install openssh-server openssh-client curl openssl socat stunnel4 zsh dash busybox mksh shellcheck iproute2 docker-compose lintian mmdebstrap systemd systemd-container chromium" >&2
    exit 1
fi

cd "$root"
exec ./mvnw -B verify "$@"
