# tunnelctl, as the long-running client of a file. The context is the built program and nothing else, so nothing else can get in:
#   docker build -f deploy/containers/tunnelctl.Dockerfile -t opnmanager-tunnel-tunnelctl deploy/tunnelctl/target/quarkus-app

# A Java with what the programs need of it, for a quarter of the size. The list is the same in all Dockerfiles: one layer for all.
FROM eclipse-temurin:25.0.3_9-jdk-noble AS java
RUN ["jlink", "--output", "/opt/java", "--strip-debug", "--no-header-files", "--no-man-pages", "--compress=zip-6", "--add-modules", "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.security.jgss,java.security.sasl,java.sql,jdk.crypto.cryptoki,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs"]

FROM debian:12.12-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN groupadd --gid 10001 opnmanager \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin opnmanager \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/tunnelctl
COPY --from=java /opt/java /opt/java
# What changes seldom comes first.
COPY lib/ /opt/tunnelctl/lib/
COPY quarkus/ /opt/tunnelctl/quarkus/
COPY quarkus-run.jar quarkus-app-dependencies.txt /opt/tunnelctl/
COPY app/ /opt/tunnelctl/app/
ENV PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8
WORKDIR /etc/tunnelctl
USER 10001:10001
VOLUME ["/var/lib/tunnelctl"]
EXPOSE 1080
# Something listens on its first port. Looked up, not tried: a connection would go through to the service.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD printf -v port ':%04X ' "${HEALTH_PORT:-1080}" && grep -Eq "$port[0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-Djava.io.tmpdir=/tmp", "-jar", "/opt/tunnelctl/quarkus-run.jar"]
CMD ["serve", "--config", "/etc/tunnelctl/client.yaml"]
