#!/bin/sh
# Measures the product against peers: ./benchmarks/run.sh --help
# With --needs it prints the Debian packages that it needs and this machine lacks.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$PATH:/usr/sbin:/usr/local/sbin"
export PATH

needs() {
    while read -r package program; do
        command -v "$program" >/dev/null 2>&1 || echo "$package"
    done <<'END'
openssh-client ssh
openssh-server sshd
openssl openssl
stunnel4 stunnel4
nginx nginx
iproute2 ip
dpkg dpkg-deb
END
}

missing=$(needs | tr '\n' ' ')
case " $* " in
    *" --needs "*)
        echo "$missing"
        exit 0
        ;;
    *" --help "* | *" -h "* | *" --list "* | *" --report "*) ;;
    *)
        if [ -n "$missing" ]; then
            echo "run.sh: the peers are missing; install them with: apt-get install $missing" >&2
            exit 1
        fi
        ;;
esac

JAVA_HOME=$("$root/.mvn/find-jdk") || exit 1
export JAVA_HOME
echo "building; a first build fetches libraries, which takes minutes" >&2
(cd "$root" && ./mvnw -q -B -DskipTests -Dspotless.check.skip=true -pl benchmarks,deploy/packages,broker,agent,quickconnect-agent,deploy/tunnelctl -am package) >&2

# Twenty thousand agents want as many descriptors, of the broker and of who plays them.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || :
mkdir -p "$root/benchmarks/target/tmp"
exec "$JAVA_HOME/bin/java" -XX:-UsePerfData -Xmx3g --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
    "-Djava.io.tmpdir=$root/benchmarks/target/tmp" "-Dproject.root=$root" -Dprograms=installed "-Dprograms.root=$root/benchmarks/target/installed/root" \
    -jar "$root/benchmarks/target/benchmarks.jar" "$@"
