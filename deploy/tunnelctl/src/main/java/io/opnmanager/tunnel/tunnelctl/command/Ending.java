package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.operations.Forwards;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Ends what runs when the process is told to end, by Ctrl-C or SIGTERM. */
@Singleton
class Ending {

    private final AtomicReference<@Nullable Forwards> running = new AtomicReference<>();

    /** From now on this is closed before the end. */
    void covers(Forwards forwards) {
        running.set(forwards);
    }

    void end(@Observes ShutdownEvent event) {
        Forwards last = running.getAndSet(null);
        if (last != null) {
            last.close();
        }
    }
}
