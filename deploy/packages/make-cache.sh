#!/bin/sh
# Makes the ahead-of-time cache of @program@: one short run as a user without rights, with stand-ins on this machine for
# those whom it talks to. What such a run does not load is read and checked anew at each start; what it loads needlessly stays
# in memory. Bounded in time; without the cache the program starts all the same, only slower.
set -eu
home=/usr/lib/opnmanager-tunnel
folder=/var/cache/@program@
cache=$folder/@component@.aot
rm -f "$cache"
# For owners who would rather have the disk: about 200 MB for all programs.
[ ! -e /etc/opnmanager-tunnel/without-aot-caches ] || exit 0
work=$(mktemp -d)
beside=
clean() {
    for process in $beside; do
        kill "$process" 2>/dev/null || :
        wait "$process" || :
    done
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
# The folder is root's, and what is read there; nobody's are only folders that root writes nothing into.
chmod 0711 "$work"
mkdir -m 0700 "$work/state" "$work/home" "$work/tmp"
as=
if [ "$(id -u)" = 0 ]; then
    chown nobody:nogroup "$work/state" "$work/home" "$work/tmp"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs"
fi
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
# Below those that the system hands out, so that most likely nobody listens there. If somebody does, the cache holds less.
port() {
    echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
}
# Waits for a file, for so many seconds.
await() {
    seconds=$2
    while [ ! -e "$1" ] && [ "$seconds" -gt 0 ]; do
        sleep 1
        seconds=$((seconds - 1))
    done
}
# Starts a program of the same archives beside it, with the state folder and what else is given.
stand_in() {
    class=$1
    shift
    # shellcheck disable=SC2086
    timeout -k 5 150 env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$work/home" \
        $as "$home/runtime/bin/java" -XX:+UseSerialGC -Xmx64m -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.io.tmpdir="$work/tmp" \
        -cp "$home/@component@/start.jar" "$class" "$work/state" "$@" </dev/null >"$work/stand-in" 2>&1 &
    beside="$beside $!"
}
# Starts a database server of its own, where this machine has one: otherwise the broker comes as far as its first question.
database() {
    command -v mariadbd >/dev/null || return 0
    # shellcheck disable=SC2086
    $as timeout -k 5 60 mariadb-install-db --no-defaults --force --auth-root-authentication-method=normal \
        --datadir="$work/tmp/database" </dev/null >"$work/made" 2>&1 || return 0
    : >"$work/first.sql"
    chmod 0640 "$work/first.sql"
    [ -z "$as" ] || chgrp nogroup "$work/first.sql"
    cat >"$work/first.sql" <<EOF
CREATE DATABASE training CHARACTER SET utf8mb4;
CREATE USER training@127.0.0.1 IDENTIFIED BY '$password', training@localhost IDENTIFIED BY '$password';
GRANT ALL ON training.* TO training@127.0.0.1, training@localhost;
ALTER USER root@localhost IDENTIFIED BY '$password';
EOF
    # shellcheck disable=SC2086
    $as timeout -k 5 240 mariadbd --no-defaults --datadir="$work/tmp/database" --tmpdir="$work/tmp" --skip-ssl \
        --socket="$work/tmp/database.sock" --pid-file="$work/tmp/database.pid" --init-file="$work/first.sql" \
        --bind-address=127.0.0.1 --port="$1" </dev/null >"$work/database" 2>&1 &
    beside="$beside $!"
    await "$work/tmp/database.sock" 30
}
: >"$work/training.yaml"
# What the service does.
case @component@ in
    broker)
        database=$(port)
        https=$(port)
        database "$database"
        stand_in io.opnmanager.tunnel.contract.call.Visitor "$https"
        await "$work/state/broker.key" 30
        cat >"$work/training.yaml" <<EOF
quarkus:
  datasource: {username: training, jdbc: {url: "jdbc:mariadb://127.0.0.1:$database/training"}}
  flyway: {connect-retries: 0}
  http: {host: 127.0.0.1, ssl-port: $https, insecure-requests: disabled}
  shutdown: {timeout: 0}
  tls: {key-store: {pem: {"0": {cert: "$work/state/broker.pem", key: "$work/state/broker.key"}}}}
opnmanager:
  node: {name: training}
  ssh: {host: 127.0.0.1, port: $(port), public-host: 127.0.0.1}
EOF
        set -- --config="$work/training.yaml"
        ;;
    agent)
        stand_in io.opnmanager.tunnel.agent.transport.Rehearsal
        await "$work/state/credential.json" 30
        set -- run --config="$work/training.yaml"
        ;;
    quickconnect-agent)
        stand_in io.opnmanager.tunnel.contract.call.StandIn
        await "$work/state/credential.json" 30
        set -- --config="$work/training.yaml" --once
        ;;
    tunnelctl) set -- doctor --broker https://127.0.0.1:9 ;;
esac
# Its own words do not matter, and neither does how it ends. Told to end, it writes the cache first, which takes seconds.
# shellcheck disable=SC2086
timeout -k 60 90 env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$work/home" TUNNELCTL_HOME="$work/home" \
    AGENT_STATE_FOLDER="$work/state" QUICKCONNECT_STATE_FOLDER="$work/state" OPNMANAGER_STATE_FOLDER="$work/state" \
    QUARKUS_DATASOURCE_PASSWORD="$password" \
    $as "$home/runtime/bin/java" @options@ -XX:-UsePerfData --sun-misc-unsafe-memory-access=allow \
    -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -Djava.io.tmpdir="$work/tmp" -XX:AOTCacheOutput="$work/tmp/new.aot" -jar "$home/@component@/start.jar" "$@" \
    </dev/null >"$work/words" 2>&1 &
program=$!
# A service does not end by itself: it is told to when all that it shall remember was done.
seconds=60
while [ "$seconds" -gt 0 ] && kill -0 "$program" 2>/dev/null; do
    if [ -e "$work/state/rehearsed" ]; then
        kill "$program"
        break
    fi
    sleep 1
    seconds=$((seconds - 1))
done
wait "$program" || :
# shellcheck disable=SC2086
if ! $as test -s "$work/tmp/new.aot"; then
    echo "@program@: no ahead-of-time cache could be made; it starts without one" >&2
    exit 1
fi
# From now on root's: nobody else decides which classes are loaded. It is read with the rights of who wrote it.
mkdir -p "$folder"
# shellcheck disable=SC2086
$as cat "$work/tmp/new.aot" >"$cache.new"
chmod 0644 "$cache.new"
mv -f "$cache.new" "$cache"
