package io.opnmanager.tunnel.broker;

import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real MariaDB below {@code target/mariadb} with an empty schema and an empty state folder each
 * time the application is started. It lives as long as that application: the next one, under
 * another test profile, has a class loader of its own, which knows nothing of this one's server.
 */
public final class TestDatabase implements QuarkusTestResourceLifecycleManager {

    /** Where the application under test keeps its state. */
    public static final Path STATE = Path.of("target", "state").toAbsolutePath();

    private static @Nullable EmbeddedMariaDb server;

    @Override
    public Map<String, String> start() {
        try {
            EmbeddedMariaDb database = server();
            empty(database);
            // The SSH library registers Bouncy Castle with the whole process: the one of an
            // application that has ended, when the next one begins.
            Security.removeProvider("BC");
            Files.deleteIfExists(STATE.resolve("initial-administrator"));
            return Map.of(
                    "quarkus.datasource.jdbc.url",
                    database.jdbcUrl(),
                    "quarkus.datasource.username",
                    database.user(),
                    "quarkus.datasource.password",
                    database.password(),
                    "opnmanager.state-folder",
                    STATE.toString(),
                    "opnmanager.ssh.host",
                    "127.0.0.1",
                    "opnmanager.ssh.port",
                    Integer.toString(freePort()),
                    "opnmanager.ssh.public-port",
                    "2222",
                    "quarkus.http.test-port",
                    "0");
        } catch (IOException e) {
            throw new UncheckedIOException("the database for the tests did not start", e);
        } catch (SQLException e) {
            throw new IllegalStateException("the schema for the tests could not be emptied", e);
        }
    }

    /** The running server, for tests that stop it or look into its tables. */
    public static synchronized EmbeddedMariaDb server() throws IOException {
        if (server == null) {
            server = EmbeddedMariaDb.open(Path.of("target", "mariadb"));
        }
        return server;
    }

    @Override
    public void stop() {
        stopServer();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static synchronized void stopServer() {
        if (server == null) {
            return;
        }
        try {
            server.close();
            server = null;
        } catch (IOException e) {
            throw new UncheckedIOException("the database for the tests did not stop", e);
        }
    }

    private static void empty(EmbeddedMariaDb database) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE " + EmbeddedMariaDb.SCHEMA);
            statement.execute(
                    "CREATE DATABASE " + EmbeddedMariaDb.SCHEMA + " CHARACTER SET utf8mb4");
        }
    }
}
