package io.opnmanager.tunnel.benchmarks.site;

import java.io.IOException;
import java.time.Duration;

/** Says again and again that a tunnel is wanted, as an open window does, until it is closed. */
public final class Wanted implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(20);

    private final Thread thread;

    private Wanted(Thread thread) {
        this.thread = thread;
    }

    /** From now on. */
    public static Wanted keep(Site site, Site.Tunnel tunnel) {
        return new Wanted(
                Thread.ofVirtual()
                        .name("wanted")
                        .start(() -> {
                            try {
                                while (site.operator().heartbeat(tunnel.request(), true)) {
                                    Thread.sleep(EVERY);
                                }
                            } catch (InterruptedException | IOException e) {
                                // Closed; or the broker is gone, which whoever measures sees.
                            }
                        }));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
