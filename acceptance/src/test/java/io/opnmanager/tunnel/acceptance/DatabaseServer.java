package io.opnmanager.tunnel.acceptance;

import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The one database server of a JVM; it ends with it. Each {@link World} has its own schema. */
final class DatabaseServer {

    /** Of this process, and of nobody who tests beside it. */
    static final Path FOLDER =
            ProjectRoot.path()
                    .resolve("acceptance/target/acceptance")
                    .resolve(Integer.toString(Loopback.PART));

    private DatabaseServer() {}

    private static final class Started {
        static final EmbeddedMariaDb SERVER = open();

        private static EmbeddedMariaDb open() {
            try {
                return EmbeddedMariaDb.open(FOLDER.resolve("database"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static EmbeddedMariaDb server() {
        return Started.SERVER;
    }
}
