#!/bin/sh
# Makes the ahead-of-time cache of @program@: one short run as a user without rights, towards a port of this machine
# on which nobody listens. Bounded in time; without the cache the program starts all the same, only slower.
set -eu
home=/usr/lib/opnmanager-tunnel
folder=/var/cache/@program@
cache=$folder/@component@.aot
rm -f "$cache"
# For owners who would rather have the disk: about 50 MB a program.
[ ! -e /etc/opnmanager-tunnel/without-aot-caches ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 0700 "$work"
mkdir "$work/state" "$work/home"
printf '%s' '{"firewall_id":1,"agent_token":"training","check_interval":15,"checkin_interval":60,"broker_url":"https://127.0.0.1:9","ssh_host":"127.0.0.1","ssh_port":9,"ssh_user":"fw-1","ssh_host_keys":[]}' >"$work/state/credential.json"
: >"$work/empty.yaml"
chmod 0600 "$work/state/credential.json"
case @component@ in
    broker) set -- --config="$work/empty.yaml" ;;
    agent) set -- enroll --config="$work/empty.yaml" --broker https://127.0.0.1:9 --token training --force ;;
    quickconnect-agent) set -- --config="$work/empty.yaml" --once ;;
    tunnelctl) set -- doctor --broker https://127.0.0.1:9 ;;
esac
as=
if [ "$(id -u)" = 0 ]; then
    chown -R nobody:nogroup "$work"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs"
fi
# Its own words do not matter, and neither does how it ends: that it fails to reach anybody is expected.
# shellcheck disable=SC2086
timeout -k 5 90 env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$work/home" TUNNELCTL_HOME="$work/home" \
    AGENT_STATE_FOLDER="$work/state" QUICKCONNECT_STATE_FOLDER="$work/state" OPNMANAGER_STATE_FOLDER="$work/state" \
    QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 OPNMANAGER_SSH_PORT=0 \
    QUARKUS_DATASOURCE_JDBC_URL=jdbc:mariadb://127.0.0.1:9/training QUARKUS_DATASOURCE_USERNAME=training \
    QUARKUS_DATASOURCE_PASSWORD=training QUARKUS_FLYWAY_CONNECT_RETRIES=0 QUARKUS_SHUTDOWN_TIMEOUT=0 \
    $as "$home/runtime/bin/java" @options@ -XX:-UsePerfData --sun-misc-unsafe-memory-access=allow \
    -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -Djava.io.tmpdir="$work" -XX:AOTCacheOutput="$work/new.aot" -jar "$home/@component@/start.jar" "$@" \
    </dev/null >"$work/words" 2>&1 || :
if [ ! -s "$work/new.aot" ]; then
    echo "@program@: no ahead-of-time cache could be made; it starts without one" >&2
    exit 1
fi
# From now on root's: nobody else decides which classes are loaded.
mkdir -p "$folder"
install -m 0644 -o root -g root "$work/new.aot" "$cache.new"
mv -f "$cache.new" "$cache"
