#!/bin/sh
# Makes the ahead-of-time cache of @program@: one short run as a user without rights, towards a stand-in for its broker
# on this machine, or a port on which nobody listens. What such a run does not load is read and checked anew at each start;
# what it loads needlessly stays in memory. Bounded in time; without the cache the program starts all the same, only slower.
set -eu
home=/usr/lib/opnmanager-tunnel
folder=/var/cache/@program@
cache=$folder/@component@.aot
rm -f "$cache"
# For owners who would rather have the disk: about 50 MB a program.
[ ! -e /etc/opnmanager-tunnel/without-aot-caches ] || exit 0
work=$(mktemp -d)
stand_in=
clean() {
    if [ -n "$stand_in" ]; then
        kill "$stand_in" 2>/dev/null || :
        wait "$stand_in" || :
    fi
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
chmod 0700 "$work"
mkdir "$work/state" "$work/home"
: >"$work/empty.yaml"
# What the service does, and where the stand-in is that it does it with.
broker=
serves=no
case @component@ in
    broker) set -- --config="$work/empty.yaml" ;;
    agent)
        broker=io.opnmanager.tunnel.agent.transport.Rehearsal
        serves=yes
        set -- run --config="$work/empty.yaml"
        ;;
    quickconnect-agent)
        broker=io.opnmanager.tunnel.contract.call.StandIn
        set -- --config="$work/empty.yaml" --once
        ;;
    tunnelctl) set -- doctor --broker https://127.0.0.1:9 ;;
esac
as=
if [ "$(id -u)" = 0 ]; then
    chown -R nobody:nogroup "$work"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs"
fi
# Waits for a file, for so many seconds.
await() {
    seconds=$2
    while [ ! -e "$1" ] && [ "$seconds" -gt 0 ]; do
        sleep 1
        seconds=$((seconds - 1))
    done
}
if [ -n "$broker" ]; then
    # shellcheck disable=SC2086
    timeout -k 5 120 env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$work/home" \
        $as "$home/runtime/bin/java" -XX:+UseSerialGC -Xmx64m -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.io.tmpdir="$work" \
        -cp "$home/@component@/start.jar" "$broker" "$work/state" </dev/null >"$work/stand-in" 2>&1 &
    stand_in=$!
    await "$work/state/credential.json" 30
fi
# Its own words do not matter, and neither does how it ends. Told to end, it writes the cache first, which takes seconds.
# shellcheck disable=SC2086
timeout -k 60 90 env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$work/home" TUNNELCTL_HOME="$work/home" \
    AGENT_STATE_FOLDER="$work/state" QUICKCONNECT_STATE_FOLDER="$work/state" OPNMANAGER_STATE_FOLDER="$work/state" \
    QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 OPNMANAGER_SSH_PORT=0 \
    QUARKUS_DATASOURCE_JDBC_URL=jdbc:mariadb://127.0.0.1:9/training QUARKUS_DATASOURCE_USERNAME=training \
    QUARKUS_DATASOURCE_PASSWORD=training QUARKUS_FLYWAY_CONNECT_RETRIES=0 QUARKUS_SHUTDOWN_TIMEOUT=0 \
    $as "$home/runtime/bin/java" @options@ -XX:-UsePerfData --sun-misc-unsafe-memory-access=allow \
    -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -Djava.io.tmpdir="$work" -XX:AOTCacheOutput="$work/new.aot" -jar "$home/@component@/start.jar" "$@" \
    </dev/null >"$work/words" 2>&1 &
program=$!
if [ "$serves" = yes ]; then
    # A service does not end by itself: it is told to, once it has checked in and exchanged keys.
    await "$work/state/rehearsed" 60
    kill "$program" 2>/dev/null || :
fi
wait "$program" || :
if [ ! -s "$work/new.aot" ]; then
    echo "@program@: no ahead-of-time cache could be made; it starts without one" >&2
    exit 1
fi
# From now on root's: nobody else decides which classes are loaded.
mkdir -p "$folder"
install -m 0644 -o root -g root "$work/new.aot" "$cache.new"
mv -f "$cache.new" "$cache"
