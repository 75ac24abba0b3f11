#!/bin/sh
# Starts everything of compose.yaml, sends bytes through, compares, and removes it all again. See README.md.
set -eu

usage() {
    cat <<'END'
usage: e2e.sh [--processes]

Makes certificates and passwords, starts database, echo service, broker and tunnelctl, sends 8 MiB through tunnelctl and the gateway to the
echo service and back, looks that a client without a certificate gets nothing, enrols an agent, has it open a tunnel, and removes everything
again, however it ends. Before, build the programs: ./mvnw -DskipTests package

  --processes   the same with processes of this machine instead of containers, on loopback. Wants the address of an empty database in
                E2E_JDBC_URL, its user in E2E_DATABASE_USER and the file with the user's password in E2E_DATABASE_PASSWORD_FILE. E2E_JAVA
                is the java to take; else a JDK 25 is looked for
  --help        this text

For containers: docker with compose (or CONTAINERS=podman with podman-compose). For both: openssl, curl, socat.

Exit codes: 0 everything was right, 1 something was not, 2 wrong options or something is missing.
END
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
processes=
case ${1-} in
    --help | -h)
        usage
        exit 0
        ;;
    --processes) processes=yes ;;
    '') ;;
    *)
        echo "e2e.sh: unknown option '$1'; see e2e.sh --help" >&2
        exit 2
        ;;
esac

missing() {
    echo "e2e.sh: $1" >&2
    exit 2
}

for program in openssl curl socat cmp; do
    command -v "$program" >/dev/null 2>&1 || missing "$program is not installed"
done
for app in broker agent quickconnect-agent deploy/tunnelctl; do
    [ -r "$root/$app/target/quarkus-app/quarkus-run.jar" ] || missing "there is no $app/target/quarkus-app; build it with ./mvnw -DskipTests package"
done

umask 077
work=$(mktemp -d)
secrets=$work/secrets
started=
step='begin'

# A file for each process id, newest last; the name is the program's.
pids=$work/pids

fail() {
    echo "e2e.sh: $step: $1" >&2
    exit 1
}

end() {
    code=$?
    trap - EXIT
    trap '' HUP INT TERM
    if [ "$code" != 0 ] && [ -n "$started" ]; then
        logs >&2 || :
    fi
    [ -z "$started" ] || remove || code=1
    rm -rf -- "$work"
    [ "$code" != 0 ] || echo "everything was right, nothing is left"
    exit "$code"
}
trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
    step=$1
    echo "$1"
}

# wait_for SECONDS WHAT COMMAND...: until the command says yes.
wait_for() {
    seconds=$1
    what=$2
    shift 2
    until "$@"; do
        seconds=$((seconds - 1))
        [ "$seconds" -gt 0 ] || fail "$what: not in time"
        alive || fail "$what: a program has ended instead"
        sleep 1
    done
}

# ---- what is different: containers, or processes of this machine

if [ -z "$processes" ]; then
    engine=${CONTAINERS:-docker}
    command -v "$engine" >/dev/null 2>&1 || missing "$engine is not installed"
    if "$engine" compose version >/dev/null 2>&1; then
        compose="$engine compose"
    elif command -v "$engine-compose" >/dev/null 2>&1; then
        compose=$engine-compose
    else
        missing "$engine has no compose"
    fi
    "$engine" info >/dev/null 2>&1 || missing "$engine does not run, or not for this user"
    https_port=${HTTPS_PORT:-8444}
    gateway_port=${GATEWAY_PORT:-8443}
    forward_port=${FORWARD_PORT:-1080}
    SECRETS=$secrets
    export SECRETS
    broker_for_agents=https://broker:8444
    authority_for_agents=/run/secrets/ca.pem
    echo_for_agents=echo:7777

    compose() {
        # shellcheck disable=SC2086
        $compose -p "opnmanager-e2e-$$" -f "$here/compose.yaml" --profile firewall "$@"
    }
    is_healthy() {
        container=$(compose ps -q "$1") && [ -n "$container" ] &&
            [ "$("$engine" inspect -f '{{.State.Health.Status}}' "$container" 2>/dev/null)" = healthy ]
    }
    alive() { :; }
    start() {
        started=yes
        compose up -d --build "$@"
    }
    administrator_file() { compose exec -T broker cat /var/lib/opnmanager-tunnel/initial-administrator; }
    enrol() { compose run --rm -T agent enroll "$@"; }
    logs() { compose logs --tail 40; }
    remove() { compose down -v --remove-orphans --timeout 30; }
else
    command -v bash >/dev/null 2>&1 || missing "bash is not installed"
    command -v ss >/dev/null 2>&1 || missing "ss is not installed"
    for variable in E2E_JDBC_URL E2E_DATABASE_USER E2E_DATABASE_PASSWORD_FILE; do
        eval "[ -n \"\${$variable:-}\" ]" || missing "$variable is not set; see e2e.sh --help"
    done
    java=${E2E_JAVA:-$("$root/.mvn/find-jdk")/bin/java}

    # Ports that nobody listens on, each once.
    ports=
    free_port() {
        while :; do
            port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
            case " $ports " in *" $port "*) continue ;; esac
            ss -Hltn "sport = :$port" | grep -q . || break
        done
        ports="$ports $port"
    }
    free_port && https_port=$port
    free_port && gateway_port=$port
    free_port && forward_port=$port
    free_port && plain_port=$port
    free_port && ssh_port=$port
    free_port && echo_port=$port
    broker_for_agents=https://127.0.0.1:$https_port
    authority_for_agents=$secrets/ca.pem
    echo_for_agents=127.0.0.1:$echo_port
    AGENT_STATE_FOLDER=$work/agent
    QUICKCONNECT_STATE_FOLDER=$work/agent
    AGENT_TARGETS=$echo_for_agents
    AGENT_WEB_TARGET=https://$echo_for_agents
    export AGENT_STATE_FOLDER QUICKCONNECT_STATE_FOLDER AGENT_TARGETS AGENT_WEB_TARGET

    # A configuration of compose.yaml, with this machine's addresses and folders.
    localised() {
        sed -e "s#jdbc:mariadb://database:3306/opnmanager#$E2E_JDBC_URL#" -e "s#username: opnmanager#username: $E2E_DATABASE_USER#" \
            -e "s#/run/secrets/#$secrets/#" -e "s#/var/lib/opnmanager-tunnel#$work/broker/state#" \
            -e "s#echo:7777#$echo_for_agents#" -e 's#host: broker$#host: 127.0.0.1#' -e "s#0\.0\.0\.0:1080#127.0.0.1:$forward_port#" \
            -e "s#8444#$https_port#" -e "s#8443#$gateway_port#" -e "s#port: 2222#port: $ssh_port#" "$1"
    }

    # program NAME JAR [JAVA-OPTION...] -- [ARGUMENT...]: as the image starts it, but for the jar.
    program() {
        name=$1
        jar=$2
        shift 2
        options=
        for word in $(sed -n 's/^ENTRYPOINT \["java", \(.*\), "-jar", .*/\1/p' "$here/$name.Dockerfile" | tr -d '",'); do
            case $word in
                -Djava.io.tmpdir=*) ;;
                *) options="$options $word" ;;
            esac
        done
        extra=
        while [ "$1" != -- ]; do
            extra="$extra $1"
            shift
        done
        shift
        # The user of the images has no home.
        HOME=/nonexistent
        export HOME
        # shellcheck disable=SC2086
        exec "$java" $options $extra -Duser.home=/nonexistent "-Djava.io.tmpdir=$work/tmp" -jar "$root/$jar/target/quarkus-app/quarkus-run.jar" "$@"
    }
    run_broker() {
        cd "$work/broker"
        SMALLRYE_CONFIG_LOCATIONS=$secrets/broker.properties
        export SMALLRYE_CONFIG_LOCATIONS
        program broker broker "-Dquarkus.http.host=127.0.0.1" "-Dquarkus.http.port=$plain_port" "-Dopnmanager.stream.host=127.0.0.1" \
            "-Dopnmanager.ssh.host=127.0.0.1" --
    }
    run_echo() { exec socat -t60 "TCP-LISTEN:$echo_port,bind=127.0.0.1,fork,reuseaddr,max-children=64" EXEC:cat; }
    run_tunnelctl() {
        cd "$work/tunnelctl"
        program tunnelctl deploy/tunnelctl -- serve --config "$work/tunnelctl/client.yaml"
    }
    run_agent() { program agent agent -- run; }
    run_quickconnect_agent() { program quickconnect-agent quickconnect-agent --; }

    start() {
        for service in "$@"; do
            [ "$service" != database ] || continue
            mkdir -p "$work/$service" "$work/tmp" "$pids"
            case $service in
                broker)
                    mkdir -p "$work/broker/config"
                    localised "$here/broker.yaml" >"$work/broker/config/application.yaml"
                    ;;
                tunnelctl) localised "$here/client.yaml" >"$work/tunnelctl/client.yaml" ;;
            esac
            started=yes
            (
                trap - HUP INT TERM EXIT
                case $service in
                    broker) run_broker ;;
                    echo) run_echo ;;
                    tunnelctl) run_tunnelctl ;;
                    agent) run_agent ;;
                    quickconnect-agent) run_quickconnect_agent ;;
                esac
            ) >"$work/$service.log" 2>&1 </dev/null &
            echo $! >"$pids/$service"
        done
    }
    # What the image's HEALTHCHECK or compose.yaml looks at.
    is_healthy() {
        case $1 in
            database) ;;
            echo) echo there | socat -t5 - "TCP:127.0.0.1:$echo_port" 2>/dev/null | grep -q there ;;
            *)
                case $1 in
                    broker) HEALTH_PORT=$plain_port ;;
                    tunnelctl) HEALTH_PORT=$forward_port ;;
                esac
                export HEALTH_PORT
                bash -o pipefail -c "$(sed -n 's/^    CMD //p' "$here/$1.Dockerfile")" 2>/dev/null
                ;;
        esac
    }
    alive() {
        for file in "$pids"/*; do
            kill -0 "$(cat "$file")" 2>/dev/null || return 1
        done
    }
    administrator_file() { cat "$work/broker/state/initial-administrator"; }
    enrol() { (program agent agent -- enroll "$@"); }
    logs() {
        for file in "$work"/*.log; do
            echo "== $file"
            tail -n 40 "$file"
        done
    }
    remove() {
        ended=0
        # Whoever asks goes before whoever answers.
        for service in tunnelctl quickconnect-agent agent broker echo; do
            [ -e "$pids/$service" ] || continue
            pid=$(cat "$pids/$service")
            kill "$pid" 2>/dev/null || :
            tries=0
            while kill -0 "$pid" 2>/dev/null; do
                tries=$((tries + 1))
                if [ "$tries" -gt 300 ]; then
                    echo "e2e.sh: $service did not end by itself" >&2
                    kill -9 "$pid" 2>/dev/null || :
                    ended=1
                    break
                fi
                sleep 0.1
            done
        done
        return "$ended"
    }
fi

# ---- the steps, the same for both

say 'make certificates and passwords'
"$root/deploy/certs.sh" --dir "$secrets" --days 2 --client client \
    --san localhost --san '*.localhost' --san 127.0.0.1 --san broker --san echo.test >/dev/null
if [ -n "$processes" ]; then
    cp "$E2E_DATABASE_PASSWORD_FILE" "$secrets/database-password"
else
    openssl rand -hex 24 >"$secrets/database-password"
fi
openssl rand -hex 24 >"$secrets/database-root-password"
echo "quarkus.datasource.password=$(cat "$secrets/database-password")" >"$secrets/broker.properties"
# Containers' users are not this one. The folder around keeps everybody else of this machine out.
chmod 644 "$secrets"/*
chmod 600 "$secrets/ca-key.pem"

say 'start database, echo service and broker'
start database echo broker
wait_for 180 'the database' is_healthy database
wait_for 60 'the echo service' is_healthy echo
wait_for 180 'the broker' is_healthy broker

say 'start tunnelctl'
start tunnelctl
wait_for 60 'tunnelctl' is_healthy tunnelctl

say 'send 8 MiB through tunnelctl and the gateway to the echo service and back'
head -c 8388608 /dev/urandom >"$work/sent"
socat -t60 -T60 - "TCP:127.0.0.1:$forward_port" <"$work/sent" >"$work/received" || fail 'the connection was cut'
cmp "$work/sent" "$work/received" || fail 'what came back is not what was sent'

say 'a client without a certificate gets nothing'
# The gateway is there, and takes the same with one.
through_gateway() {
    { echo 'is anybody there?'; sleep 2; } |
        openssl s_client -quiet -no_ign_eof -connect "127.0.0.1:$gateway_port" -servername echo.test -verify_hostname echo.test \
            -verify_return_error -CAfile "$secrets/ca.pem" "$@" 2>/dev/null || :
}
[ "$(through_gateway -cert "$secrets/client.pem" -key "$secrets/client-key.pem")" = 'is anybody there?' ] || fail 'one with a certificate gets nothing either'
[ -z "$(through_gateway)" ] || fail 'it was let through'

say 'enrol an agent'
# Name and password are in a file: a command line is for everybody to read.
administrator_file | sed -n -e 's/^name=\(.*\)/user = "\1/p' -e 's/^password=\(.*\)/:\1"/p' | tr -d '\n' >"$work/curl.conf"
api() {
    path=$1
    shift
    curl -sS --fail-with-body --max-time 30 --config "$work/curl.conf" --cacert "$secrets/ca.pem" -H 'Content-Type: application/json' \
        "https://127.0.0.1:$https_port/api/v1/$path" "$@"
}
# field NAME: of a JSON object without objects in it.
field() { sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p"; }
firewall=$(api firewalls -d '{"name": "e2e"}' | field id)
[ -n "$firewall" ] || fail 'the broker made no firewall'
api "firewalls/$firewall/enrolment-token" -X POST | field enrolment_token |
    enrol --broker "$broker_for_agents" --ca-file "$authority_for_agents" --token - >/dev/null
start agent quickconnect-agent
wait_for 60 'the agent' is_healthy agent
wait_for 60 'the quickconnect-agent' is_healthy quickconnect-agent

say 'the agent opens a tunnel'
request=$(api requests -d "{\"firewall_id\": $firewall, \"target\": \"tcp://$echo_for_agents\"}" | field id)
[ -n "$request" ] || fail 'the broker took no request'
is_active() { [ "$(api "requests/$request" | field status)" = active ]; }
wait_for 60 'the tunnel' is_active
api "requests/$request" -X DELETE >/dev/null

say 'end'
