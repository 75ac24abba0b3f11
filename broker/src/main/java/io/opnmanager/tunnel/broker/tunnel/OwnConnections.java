package io.opnmanager.tunnel.broker.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.ConnectException;

/**
 * Connections of this process itself through its tunnels, without a socket: what waits in them is
 * in memory once, and no byte of them goes through the system but on the SSH line. Limits and
 * counts are those of connections to the tunnel's port. Safe from any thread; never waits.
 */
@ApplicationScoped
public class OwnConnections {

    private final Tunnels tunnels;

    OwnConnections(Tunnels tunnels) {
        this.tunnels = tunnels;
    }

    /** A mark that goes with its closing. */
    public interface Mark extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Opens one.
     *
     * @param request whose tunnel it goes through, on this node
     * @param home the event loop of the channel, in which the future is done
     * @return the channel, connected with the tunnel's target and with an empty pipeline: handlers
     *     that a listener adds miss nothing. Fails with an {@link IOException} when there is no
     *     such tunnel, when it has as many connections as it may, and when the agent does not reach
     *     the target within 10 s
     */
    public Future<Channel> open(long request, EventLoop home) {
        Tunnel tunnel = tunnels.of(request);
        if (tunnel == null) {
            return home.newFailedFuture(new ConnectException("the tunnel is closed"));
        }
        return tunnel.connect(home);
    }

    /**
     * From now on bytes of one connection do not count for the idle clock of its session; they
     * count for everything else. A page that is merely open lets an event stream flow for hours.
     *
     * @param connection one that was opened here
     * @return ends it; to be closed when the connection does something else
     */
    public Mark quiet(Channel connection) {
        Connection own = connection.attr(Connection.OF).get();
        own.quieten(true);
        return () -> own.quieten(false);
    }
}
