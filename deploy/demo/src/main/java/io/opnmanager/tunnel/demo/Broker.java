package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A broker as its own process. Folder, ports and settings stay the same over {@link #start} and
 * {@link #stop}, so that it can be restarted or killed in the middle.
 */
public final class Broker implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration HEALTH_ANSWER = Duration.ofSeconds(3);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int PLAIN_PORT = 8080;
    private static final int GATEWAY_PORT = 8443;

    private final Path folder;
    private final Database database;
    private final Certificates certificates;
    private final Map<String, String> properties;
    private final OptionalInt plainPort;
    private final int httpsPort;
    private final int sshPort;
    private String heap = "512m";
    private @Nullable Program program;

    private Broker(
            Path folder,
            Database database,
            Certificates certificates,
            Map<String, String> settings,
            OptionalInt plainPort)
            throws IOException {
        this.folder = folder;
        this.database = database;
        this.certificates = certificates;
        this.plainPort = plainPort;
        this.httpsPort = Loopback.freePort();
        this.sshPort = Loopback.freePort();
        this.properties = properties(settings);
    }

    /**
     * Chooses its ports and does not start it yet. Its console is where its API is, over TLS.
     *
     * @param settings configuration keys of the broker that differ from their defaults
     */
    public static Broker prepare(
            Path folder, Database database, Certificates certificates, Map<String, String> settings)
            throws IOException {
        PrivateFile.folder(folder.resolve("state"));
        return new Broker(folder, database, certificates, settings, OptionalInt.empty());
    }

    /**
     * The same with its console over plain HTTP on loopback, which a browser trusts without knowing
     * the certificate. Its port is 8080 unless somebody listens there.
     */
    public static Broker prepareForBrowsers(
            Path folder, Database database, Certificates certificates, Map<String, String> settings)
            throws IOException {
        PrivateFile.folder(folder.resolve("state"));
        int port = Loopback.isListening(PLAIN_PORT) ? Loopback.freePort() : PLAIN_PORT;
        return new Broker(folder, database, certificates, settings, OptionalInt.of(port));
    }

    private Map<String, String> properties(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("quarkus.http.host", LOOPBACK);
        all.put("quarkus.http.ssl-port", Integer.toString(httpsPort));
        all.put("quarkus.http.insecure-requests", plainPort.isPresent() ? "enabled" : "disabled");
        plainPort.ifPresent(port -> all.put("quarkus.http.port", Integer.toString(port)));
        all.put("quarkus.tls.key-store.pem.0.cert", certificates.certificateFile().toString());
        all.put("quarkus.tls.key-store.pem.0.key", certificates.keyFile().toString());
        all.put("quarkus.datasource.jdbc.url", database.jdbcUrl());
        all.put("quarkus.datasource.username", database.user());
        all.put("opnmanager.state-folder", stateFolder().toString());
        all.put("opnmanager.access.console-url", consoleUri().toString());
        // Every browser takes names below localhost for this machine.
        all.put(
                "opnmanager.access.session-url",
                consoleUri().toString().replace("//localhost", "//*.localhost"));
        all.put("opnmanager.ssh.host", LOOPBACK);
        all.put("opnmanager.ssh.port", Integer.toString(sshPort));
        all.put("opnmanager.ssh.public-host", LOOPBACK);
        all.putAll(settings);
        return all;
    }

    /**
     * Opens its gateway for programs on 127.0.0.1, with the broker's own certificate; before the
     * start.
     *
     * @return its port
     */
    public int openGateway() throws IOException {
        int port = Loopback.isListening(GATEWAY_PORT) ? Loopback.freePort() : GATEWAY_PORT;
        properties.put("opnmanager.stream.enabled", "true");
        properties.put("opnmanager.stream.host", LOOPBACK);
        properties.put("opnmanager.stream.port", Integer.toString(port));
        properties.put(
                "quarkus.tls.stream.key-store.pem.0.cert",
                certificates.certificateFile().toString());
        properties.put("quarkus.tls.stream.key-store.pem.0.key", certificates.keyFile().toString());
        return port;
    }

    /** Serves a release, and says where it is itself and by which key; before the start. */
    public void release(SignedRelease release) {
        properties.put("opnmanager.release.folder", release.folder().toString());
        properties.put("opnmanager.release.key-sha256", release.keySha256());
        properties.put("opnmanager.release.broker-url", uri().toString());
        properties.put("opnmanager.release.broker-pin", certificates.pin());
    }

    /** The most memory that it may take for its heap, and as much again beside it. */
    public void heap(String most) {
        heap = most;
    }

    /** Every configuration key that differs from its default, without any secret. */
    public Map<String, String> properties() {
        return Map.copyOf(properties);
    }

    /** What it needs in its environment: secrets are on no command line. */
    Map<String, String> environment() {
        return Map.of("QUARKUS_DATASOURCE_PASSWORD", database.password());
    }

    /** Starts it and waits until it is ready. */
    public void start() throws IOException, InterruptedException {
        launch();
        awaitReady();
    }

    /** Starts it without waiting. */
    public synchronized Program launch() throws IOException {
        if (program != null && program.isAlive()) {
            throw new IllegalStateException("the broker runs already, process " + program.pid());
        }
        program =
                Program.ofModule(
                        "broker",
                        folder,
                        "broker",
                        new Programs.Start(List.of("-Xmx" + heap), properties, List.of()),
                        environment());
        return program;
    }

    /** Waits until it says that it is ready: database, migrations and SSH listener. */
    public void awaitReady() throws IOException, InterruptedException {
        HttpClient client = client();
        try {
            program().awaitReady(READY_WITHIN, () -> isReady(client));
        } finally {
            client.shutdownNow();
        }
    }

    /** Waits for a broker that someone else started with {@link #properties}. */
    void awaitForeign(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        HttpClient client = client();
        try {
            while (!isReady(client)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("no broker was ready within " + limit);
                }
                Thread.sleep(250);
            }
        } finally {
            client.shutdownNow();
        }
    }

    private HttpClient client() {
        return HttpClient.newBuilder()
                .sslContext(certificates.clientContext())
                .connectTimeout(HEALTH_ANSWER)
                .build();
    }

    private boolean isReady(HttpClient client) throws InterruptedException {
        try {
            return client.send(
                                    HttpRequest.newBuilder(uri().resolve("/q/health/ready"))
                                            .timeout(HEALTH_ANSWER)
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            // Not listening yet, or no longer: that is what is asked here.
            return false;
        }
    }

    /** The process, for signals. */
    public synchronized Program program() {
        if (program == null) {
            throw new IllegalStateException("the broker was not started");
        }
        return program;
    }

    /** Ends it gracefully and keeps everything for another {@link #start}. */
    public void stop() throws InterruptedException {
        program().terminate();
    }

    /** Its address. */
    public URI uri() {
        return URI.create("https://" + LOOPBACK + ":" + httpsPort);
    }

    /** Where people reach its console with a browser. */
    public URI consoleUri() {
        return URI.create(
                plainPort.isPresent()
                        ? "http://localhost:" + plainPort.getAsInt()
                        : "https://localhost:" + httpsPort);
    }

    /** Where agents open tunnels, on 127.0.0.1. */
    public int sshPort() {
        return sshPort;
    }

    /** What its clients trust. */
    public Certificates certificates() {
        return certificates;
    }

    /** Its rows. */
    public Database database() {
        return database;
    }

    private Path stateFolder() {
        return folder.resolve("state");
    }

    /** The file with name and password of the first administrator, 0600. */
    public Path initialAdministratorFile() {
        return stateFolder().resolve("initial-administrator");
    }

    /** Name and password of the first administrator, as they stand in its file. */
    public Administrator administrator() throws IOException {
        Properties lines = new Properties();
        try (var reader = Files.newBufferedReader(initialAdministratorFile())) {
            lines.load(reader);
        }
        String name = lines.getProperty("name");
        String password = lines.getProperty("password");
        if (name == null || password == null) {
            throw new IOException(
                    "wanted the lines name=… and password=… in " + initialAdministratorFile());
        }
        return new Administrator(name, password);
    }

    /** A client that is the first administrator. */
    public OperatorClient administratorClient() throws IOException {
        Administrator administrator = administrator();
        return OperatorClient.basic(
                uri(),
                certificates.clientContext(),
                administrator.name(),
                administrator.password());
    }

    @Override
    public synchronized void close() {
        if (program != null) {
            program.close();
        }
    }

    /**
     * The first administrator.
     *
     * @param name of the operator
     * @param password of the operator
     */
    public record Administrator(String name, String password) {
        /** Without the password: this record may appear in a log. */
        @Override
        public String toString() {
            return "Administrator[" + name + "]";
        }
    }
}
