#!/bin/sh
# Builds what is released so that who builds the same commit with the same JDK gets the same bytes. See docs/native.md, "Two builds are equal".
set -u

NAME=build.sh
LC_ALL=C
export LC_ALL

# Exit codes.
BROKE=1 USAGE=2

usage() {
    cat <<'END_OF_USAGE'
usage: build.sh [ARGUMENT...]

Runs ./mvnw -Pequal -DskipTests clean package in a JVM that draws no lots, and prints the SHA-256 of each archive that was made:
packages, native executables, and each program's folder as one. All files of these folders are in target/archives.sha256.
To verify a release, run it on the same commit with the same JDK and compare. It takes longer than an ordinary build.

  ARGUMENT...  goes on to Maven: -o, -q, -pl …, -Dnative
  --help

MAVEN_OPTS and JAVA_HOME are heeded. Exit codes: 0 done, 1 the build failed, 2 something is missing.
END_OF_USAGE
}

fail() {
    echo "$NAME: $2" >&2
    exit "$1"
}

case ${1:-} in
    --help | -h)
        usage
        exit 0
        ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd) || exit "$BROKE"
cd "$root" || exit "$BROKE"
command -v sha256sum >/dev/null 2>&1 || fail "$USAGE" "sha256sum: wanted on this machine, found none"
JAVA_HOME=$(.mvn/find-jdk) || exit "$USAGE"
export JAVA_HOME

work=$(mktemp -d) || fail "$BROKE" "no temporary folder could be made"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Hash codes of identity are random numbers, and they decide in which order a HashSet of things without a hash code of their own is walked.
constant_hashes="-XX:+UnlockExperimentalVMOptions -XX:hashCode=2"
# Set.of and Map.of are walked in an order that each JVM draws from the clock when it starts. Only a JVM that will write down what it loaded
# draws none, so that the same is written each time; nobody needs what this one writes, and it goes away.
no_salt="-XX:AOTMode=record -XX:AOTConfiguration=$work/recording"
# Quarkus keeps what it resolved before compiling in a cache that a JVM empties after a time; on a slow machine it resolves again after packaging,
# finds the jar where the folder of classes was, and lists what is in it in another order. This JVM forgets only when memory runs out.
no_forgetting="-XX:SoftRefLRUPolicyMSPerMB=2147483647"
# With the parallel collector a JVM crashed once while it wrote its recording, after all was built. Another one in MAVEN_OPTS ends it at its start.
collector="-XX:+UseSerialGC"
# It would say of thousands of classes that it does not write them down.
quiet="-Xlog:disable -Xlog:all=error:stderr"
MAVEN_OPTS="${MAVEN_OPTS:-} $constant_hashes $no_salt $no_forgetting $collector $quiet"
export MAVEN_OPTS

# What is listed in the end was made now.
rm -rf target/archives.sha256 deploy/packages/target/*.deb
for program in broker agent quickconnect-agent deploy/tunnelctl; do
    rm -rf "$program"/target/quarkus-app "$program"/target/*-runner
done

./mvnw -Pequal -DskipTests clean package ${1+"$@"} || fail "$BROKE" "the build failed"
[ -s "$work/recording" ] || fail "$BROKE" "the JVM recorded nothing, so it drew lots: another build would not be equal"

sums() { # FOLDER
    find "$1" -type f | sort | while read -r file; do
        sha256sum "$file" || exit
    done
}

mkdir -p target
echo
"$JAVA_HOME/bin/java" -version 2>&1 | sed -n 's/.*Runtime Environment/JDK:/p'
if commit=$(git rev-parse HEAD 2>/dev/null); then
    [ -z "$(git status --porcelain 2>/dev/null)" ] || commit="$commit, and changes that are not committed"
    echo "commit: $commit"
fi
for archive in deploy/packages/target/*.deb */target/*-runner deploy/tunnelctl/target/*-runner; do
    [ ! -f "$archive" ] || sha256sum "$archive"
done | tee target/archives.sha256
for program in broker agent quickconnect-agent deploy/tunnelctl; do
    if [ -d "$program/target/quarkus-app" ]; then
        sums "$program/target/quarkus-app" >"$work/sums" || fail "$BROKE" "$program/target/quarkus-app: cannot be read"
        cat "$work/sums" >>target/archives.sha256
        echo "$(sha256sum <"$work/sums" | cut -d' ' -f1)  $program/target/quarkus-app, $(wc -l <"$work/sums") files"
    fi
done
[ -s target/archives.sha256 ] || fail "$BROKE" "the build made no archive"
