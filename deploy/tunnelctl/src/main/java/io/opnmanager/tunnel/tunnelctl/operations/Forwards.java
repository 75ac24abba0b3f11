package io.opnmanager.tunnel.tunnelctl.operations;

import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Local ports and the sessions behind them, which end together. Any thread may end them. */
public final class Forwards implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Forwards.class);

    /** Guarded by this, like what follows. */
    private final List<AutoCloseable> parts = new ArrayList<>();

    private boolean closed;

    /** None yet. */
    public Forwards() {}

    /** Makes something end with the others: at once if they have ended. */
    public synchronized <T extends AutoCloseable> T add(T part) {
        if (closed) {
            close(part);
        } else {
            parts.add(part);
        }
        return part;
    }

    /** The last one first; all of them, also when one fails. */
    @Override
    public synchronized void close() {
        closed = true;
        parts.reversed().forEach(Forwards::close);
        parts.clear();
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.warnf("not everything ended as it should: %s", e.getMessage());
        }
    }
}
