package io.opnmanager.tunnel.quickconnect;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Ends what runs when the process is told to end: on SIGTERM Quarkus stops without waiting for the
 * command to return.
 */
@Singleton
final class Ending {
    private static final Logger log = Logger.getLogger(Ending.class);

    private final AtomicReference<@Nullable AutoCloseable> running = new AtomicReference<>();

    /** From now on this is closed before the end. */
    void covers(AutoCloseable closeable) {
        running.set(closeable);
    }

    void end(@Observes ShutdownEvent event) throws Exception {
        AutoCloseable last = running.getAndSet(null);
        if (last != null) {
            log.info("quickconnect-agent stops");
            last.close();
        }
    }
}
