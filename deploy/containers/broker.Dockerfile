# The broker. The context is the built program and nothing else, so nothing else can get in:
#   docker build -f deploy/containers/broker.Dockerfile -t opnmanager-tunnel-broker broker/target/quarkus-app

# A Java with what the programs need of it, for a quarter of the size. The list is the same in all Dockerfiles: one layer for all.
FROM eclipse-temurin:25.0.3_9-jdk-noble AS java
RUN ["jlink", "--output", "/opt/java", "--strip-debug", "--no-header-files", "--no-man-pages", "--compress=zip-6", "--add-modules", "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.security.jgss,java.security.sasl,java.sql,jdk.crypto.cryptoki,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs"]

FROM debian:12.12-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN groupadd --gid 10001 opnmanager \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin opnmanager \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/opnmanager-tunnel
COPY --from=java /opt/java /opt/java
# What changes seldom comes first.
COPY lib/ /opt/broker/lib/
COPY quarkus/ /opt/broker/quarkus/
COPY quarkus-run.jar quarkus-app-dependencies.txt /opt/broker/
COPY app/ /opt/broker/app/
ENV PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8
WORKDIR /etc/opnmanager-tunnel
USER 10001:10001
VOLUME ["/var/lib/opnmanager-tunnel"]
EXPOSE 8080 8443 8444 2222
# Ready is more than alive: database, migrations and SSH entrance. Over plain HTTP inside the container.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD exec 3<>"/dev/tcp/127.0.0.1/${HEALTH_PORT:-8080}" && printf 'GET /q/health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && IFS= read -r line <&3 && [[ "$line" == *" 200 "* ]]
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-Djava.io.tmpdir=/tmp", "-jar", "/opt/broker/quarkus-run.jar"]
