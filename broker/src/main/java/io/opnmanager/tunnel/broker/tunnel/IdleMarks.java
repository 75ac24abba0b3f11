package io.opnmanager.tunnel.broker.tunnel;

import jakarta.enterprise.context.ApplicationScoped;

/**
 * Which connections through a tunnel are no sign that somebody works: a page that is merely open
 * lets an event stream flow for hours. Safe from any thread; never waits.
 */
@ApplicationScoped
public class IdleMarks {

    private final Tunnels tunnels;

    IdleMarks(Tunnels tunnels) {
        this.tunnels = tunnels;
    }

    /** A mark that goes with its closing. */
    public interface Mark extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * From now on bytes of one connection do not count for the idle clock of its session; they
     * count for everything else.
     *
     * @param request whose tunnel it goes through, on this node
     * @param sourcePort local port that the connection comes from
     * @return ends it; to be closed when the connection does something else, or ends
     */
    public Mark quiet(long request, int sourcePort) {
        Tunnel tunnel = tunnels.of(request);
        if (tunnel == null) {
            return () -> {};
        }
        tunnel.quieten(sourcePort);
        return () -> tunnel.unquieten(sourcePort);
    }
}
