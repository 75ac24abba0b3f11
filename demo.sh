#!/bin/sh
# One command to see the product work: ./demo.sh --help
set -eu
root=$(cd "$(dirname "$0")" && pwd)

# --native: the executables of ./mvnw package -Dnative in place of the jars. A word for here, not for the program.
programs=jar
for word in "$@"; do
    shift
    if [ "$word" = --native ]; then
        programs=native
    else
        set -- "$@" "$word"
    fi
done

JAVA_HOME=$("$root/.mvn/find-jdk") || exit 1
export JAVA_HOME

# A jar is missing, or something that goes into it is newer.
stale() {
    jar="$root/$1"
    shift
    [ -f "$jar" ] || return 0
    for source in "$@"; do
        newer=$(find "$root/$source" -type f -newer "$jar" -print 2>/dev/null | head -n 1)
        [ -z "$newer" ] || return 0
    done
    return 1
}

modules=
add() { modules="${modules:+$modules,}$1"; }
contract="api-contract/src api-contract/pom.xml pom.xml"
# shellcheck disable=SC2086
{
    [ "$programs" = jar ] && stale broker/target/quarkus-app/quarkus-run.jar broker/src broker/pom.xml $contract && add broker
    [ "$programs" = jar ] && stale agent/target/quarkus-app/quarkus-run.jar agent/src agent/pom.xml $contract && add agent
    [ "$programs" = jar ] && stale quickconnect-agent/target/quarkus-app/quarkus-run.jar quickconnect-agent/src quickconnect-agent/pom.xml $contract && add quickconnect-agent
    [ "$programs" = jar ] && stale deploy/tunnelctl/target/quarkus-app/quarkus-run.jar deploy/tunnelctl/src deploy/tunnelctl/pom.xml $contract && add deploy/tunnelctl
    stale deploy/demo/target/demo.jar deploy/demo/src/main deploy/demo/pom.xml pom.xml && add deploy/demo
} || :

wants_build=yes
for word in "$@"; do
    case $word in
        --help | -h) [ -f "$root/deploy/demo/target/demo.jar" ] && wants_build=no ;;
    esac
done
if [ -n "$modules" ] && [ "$wants_build" = yes ]; then
    echo "building what is missing or older than its sources: $modules (a first build also fetches libraries, which takes minutes)" >&2
    # A pipe's status is its last command's, so Maven's goes through a file.
    mkdir -p "$root/.demo"
    chmod 700 "$root/.demo"
    status="$root/.demo/build-status"
    {
        code=0
        (cd "$root" && ./mvnw -B -DskipTests -Dspotless.check.skip=true -pl "$modules" -am package) 2>&1 || code=$?
        echo "$code" >"$status"
    } | while IFS= read -r line; do
        case $line in
            "[INFO] Building OPN"*) echo "  ${line#\[INFO\] }" >&2 ;;
            "[ERROR]"* | mvnw:*) echo "  $line" >&2 ;;
        esac
    done
    if [ "$(cat "$status")" != 0 ]; then
        echo "demo.sh: the build failed; see ./mvnw -DskipTests package" >&2
        exit 1
    fi
    jars=deploy/demo/target/demo.jar
    [ "$programs" = native ] || jars="$jars broker/target/quarkus-app/quarkus-run.jar agent/target/quarkus-app/quarkus-run.jar quickconnect-agent/target/quarkus-app/quarkus-run.jar deploy/tunnelctl/target/quarkus-app/quarkus-run.jar"
    for jar in $jars; do
        # One that Maven found up to date keeps its time, and would look stale for ever.
        touch -c "$root/$jar"
        [ -f "$root/$jar" ] || { echo "demo.sh: the build did not make $jar; see ./mvnw -DskipTests package" >&2; exit 1; }
    done
fi

# Nothing is written outside the project: no performance data under /tmp, no temporary files there either.
mkdir -p "$root/deploy/demo/target/tmp"
# exec: a signal meant for the demo must reach Java, not a shell around it.
exec "$JAVA_HOME/bin/java" -XX:-UsePerfData -XX:+UseSerialGC -Xmx256m --sun-misc-unsafe-memory-access=allow "-Djava.io.tmpdir=$root/deploy/demo/target/tmp" \
    "-Dproject.root=$root" "-Dprograms=$programs" -jar "$root/deploy/demo/target/demo.jar" "$@"
