package io.opnmanager.tunnel.benchmarks.site;

import io.opnmanager.tunnel.benchmarks.site.Installed.Kind;
import io.opnmanager.tunnel.benchmarks.site.Installed.Service;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.Database;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A second broker as a package starts it, beside one that is there: with the same settings, its own
 * ports and an own schema of the same server. Started again and again.
 */
public final class StartedBroker {

    private static final String SCHEMA = "opnmanager_starts";
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(2);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Path folder;
    private final Installed installed;
    private final Broker beside;
    private final List<String> properties;
    private final URI ready;

    private StartedBroker(
            Path folder,
            Installed installed,
            Broker beside,
            Map<String, String> properties,
            URI ready) {
        this.folder = folder;
        this.installed = installed;
        this.beside = beside;
        this.properties =
                properties.entrySet().stream()
                        .map(one -> "-D" + one.getKey() + "=" + one.getValue())
                        .toList();
        this.ready = ready;
    }

    /**
     * One that is ready.
     *
     * @param program its process
     * @param millis from its start until it said so
     */
    public record Running(Program program, double millis) implements AutoCloseable {
        @Override
        public void close() {
            program.close();
        }
    }

    /** Makes its schema, in place of one that an earlier run has left. */
    public static StartedBroker prepare(Path folder, Installed installed, Broker beside)
            throws IOException, SQLException {
        int port = Loopback.freePort();
        Map<String, String> properties = new TreeMap<>(beside.properties());
        properties.put("opnmanager.node.name", "starts");
        properties.put("opnmanager.ssh.port", Integer.toString(Loopback.freePort()));
        properties.put("opnmanager.stream.port", Integer.toString(Loopback.freePort()));
        properties.put("quarkus.http.ssl-port", Integer.toString(port));
        properties.put("quarkus.http.port", Integer.toString(Loopback.freePort()));
        properties.put("opnmanager.state-folder", folder.resolve("state").toString());
        properties.put("quarkus.datasource.jdbc.url", schema(beside.database()));
        PrivateFile.folder(folder.resolve("state"));
        return new StartedBroker(
                folder,
                installed,
                beside,
                properties,
                URI.create("https://127.0.0.1:%d/q/health/ready".formatted(port)));
    }

    private static String schema(Database database) throws SQLException {
        String url = database.jdbcUrl();
        String server = url.substring(0, url.lastIndexOf('/') + 1);
        try (Connection connection =
                        DriverManager.getConnection(
                                server + "information_schema",
                                database.user(),
                                database.password());
                var statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE DATABASE " + SCHEMA + " CHARACTER SET utf8mb4");
        }
        return server + SCHEMA;
    }

    /** Starts it and waits until it is ready. */
    public Running start(Kind kind) throws IOException, InterruptedException {
        long from = System.nanoTime();
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("QUARKUS_DATASOURCE_PASSWORD", beside.database().password());
        switch (kind) {
            // Where an owner puts options: the launcher hands them to the JVM.
            case CACHED, UNCACHED ->
                    environment.put("OPNMANAGER_BROKER_JAVA_OPTIONS", String.join(" ", properties));
            case NATIVE -> {}
        }
        Program program =
                installed.start(
                        kind,
                        Service.BROKER,
                        folder,
                        kind == Kind.NATIVE ? properties : Service.BROKER.runs(),
                        environment);
        try (HttpClient client =
                HttpClient.newBuilder()
                        .sslContext(beside.certificates().clientContext())
                        .connectTimeout(ANSWERED_WITHIN)
                        .build()) {
            program.awaitReady(READY_WITHIN, () -> isReady(client));
            return new Running(program, (System.nanoTime() - from) / NANOS_PER_MILLI);
        } catch (IOException | InterruptedException | RuntimeException e) {
            program.close();
            throw e;
        }
    }

    private boolean isReady(HttpClient client) throws InterruptedException {
        try {
            return client.send(
                                    HttpRequest.newBuilder(ready).timeout(ANSWERED_WITHIN).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            // Not listening yet.
            return false;
        }
    }
}
