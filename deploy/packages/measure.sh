#!/bin/sh
# Start-up with and without the ahead-of-time cache, from the packages of this build and without installing them:
#   deploy/packages/measure.sh [runs]
# Time from the start of the process until it was refused by a port on which nobody listens, and ended: medians, alternating.
set -eu
runs=${1:-5}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
for deb in "$here"/target/*.deb; do
    dpkg-deb -x "$deb" "$work/root"
done
home=$work/root/usr/lib/opnmanager-tunnel
mkdir "$work/state"
printf '%s' '{"firewall_id":1,"agent_token":"x","check_interval":15,"checkin_interval":60,"broker_url":"https://127.0.0.1:9"}' >"$work/state/credential.json"
chmod 600 "$work/state/credential.json"
: >"$work/empty.yaml"

# Options as the launcher has them, arguments as the training run's.
java() {
    component=$1
    mode=$2
    options=$(sed -n 's/^exec "[^"]*" \(.*\) -XX:-UsePerfData .*/\1/p' "$work/root/usr/bin/$3")
    case $component in
        broker) set -- --config="$work/empty.yaml" ;;
        agent) set -- enroll --config="$work/empty.yaml" --broker https://127.0.0.1:9 --token x --force ;;
        quickconnect-agent) set -- --config="$work/empty.yaml" --once ;;
        tunnelctl) set -- doctor --broker https://127.0.0.1:9 ;;
    esac
    # shellcheck disable=SC2086
    env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$work" TUNNELCTL_HOME="$work" AGENT_STATE_FOLDER="$work/state" \
        QUICKCONNECT_STATE_FOLDER="$work/state" OPNMANAGER_STATE_FOLDER="$work/state" QUARKUS_HTTP_HOST=127.0.0.1 \
        QUARKUS_HTTP_PORT=0 OPNMANAGER_SSH_PORT=0 QUARKUS_DATASOURCE_JDBC_URL=jdbc:mariadb://127.0.0.1:9/x \
        QUARKUS_DATASOURCE_USERNAME=x QUARKUS_DATASOURCE_PASSWORD=x QUARKUS_FLYWAY_CONNECT_RETRIES=0 \
        "$home/runtime/bin/java" $options -XX:-UsePerfData -Xlog:disable "$mode" --sun-misc-unsafe-memory-access=allow \
        -Djava.util.logging.manager=org.jboss.logmanager.LogManager -jar "$home/$component/start.jar" "$@" \
        </dev/null >"$work/words" 2>&1 || :
}
median() { sort -n "$1" | sed -n "$(((runs + 1) / 2))p"; }
milliseconds() {
    from=$(date +%s%N)
    java "$@"
    to=$(date +%s%N)
    echo $(((to - from) / 1000000))
}
for pair in broker:opnmanager-broker agent:opnmanager-agent quickconnect-agent:opnmanager-quickconnect-agent tunnelctl:tunnelctl; do
    component=${pair%%:*}
    program=${pair##*:}
    java "$component" "-XX:AOTCacheOutput=$work/$component.aot" "$program"
    rm -f "$work/with" "$work/without"
    i=0
    while [ "$i" -lt "$runs" ]; do
        milliseconds "$component" -XX:AOTMode=off "$program" >>"$work/without"
        milliseconds "$component" "-XX:AOTCache=$work/$component.aot" "$program" >>"$work/with"
        i=$((i + 1))
    done
    printf '%-20s without %6d ms   with %6d ms   cache %3d MB\n' "$component" "$(median "$work/without")" "$(median "$work/with")" \
        "$(($(wc -c <"$work/$component.aot") / 1000000))"
done
