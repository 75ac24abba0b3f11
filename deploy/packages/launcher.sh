#!/bin/sh
# Starts @program@ with the Java of the package opnmanager-runtime. @variable@ has more options for the JVM.
home=/usr/lib/opnmanager-tunnel
cache=/var/cache/@program@/@component@.aot
# Classes that were loaded and linked before. One that is missing, damaged or of another build is passed over by the JVM.
if [ -r "$cache" ]; then
    aot=-XX:AOTCache=$cache
else
    aot=-Xshare:auto
fi
# What the JVM itself has to say goes where logs go: the standard output is for answers.
# shellcheck disable=SC2086
exec "$home/runtime/bin/java" @options@ -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr "$aot" \
    --sun-misc-unsafe-memory-access=allow -Djava.util.logging.manager=org.jboss.logmanager.LogManager ${@variable@-} -jar "$home/@component@/start.jar" "$@"
