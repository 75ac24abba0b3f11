# The quickconnect-agent, beside the agent and on its state folder. The context is the built program and nothing else, so nothing else can get in:
#   docker build -f deploy/containers/quickconnect-agent.Dockerfile -t opnmanager-tunnel-quickconnect-agent quickconnect-agent/target/quarkus-app

# A Java with what the programs need of it, for a quarter of the size. The list is the same in all Dockerfiles: one layer for all.
FROM eclipse-temurin:25.0.3_9-jdk-noble AS java
RUN ["jlink", "--output", "/opt/java", "--strip-debug", "--no-header-files", "--no-man-pages", "--compress=zip-6", "--add-modules", "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.security.jgss,java.security.sasl,java.sql,jdk.crypto.cryptoki,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs"]

FROM debian:12.12-slim
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN groupadd --gid 10001 opnmanager \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin opnmanager \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/opnmanager-agent
COPY --from=java /opt/java /opt/java
# What changes seldom comes first.
COPY lib/ /opt/quickconnect-agent/lib/
COPY quarkus/ /opt/quickconnect-agent/quarkus/
COPY quarkus-run.jar quarkus-app-dependencies.txt /opt/quickconnect-agent/
COPY app/ /opt/quickconnect-agent/app/
ENV PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8
WORKDIR /var/lib/opnmanager-agent
USER 10001:10001
VOLUME ["/var/lib/opnmanager-agent"]
# It says itself how it is.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD grep -q '"state" *: *"ok"' "${QUICKCONNECT_STATE_FOLDER:-/var/lib/opnmanager-agent}/quickconnect.health"
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-Djava.io.tmpdir=/tmp", "-jar", "/opt/quickconnect-agent/quarkus-run.jar"]
