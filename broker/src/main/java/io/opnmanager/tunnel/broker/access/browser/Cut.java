package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Ends a connection whose other end takes nothing. Vert.x closes one when all that was written to
 * it is sent, which here is never; TLS first waits to say goodbye; and the kernel would keep
 * megabytes for minutes. A reset waits for nothing and keeps nothing.
 */
final class Cut {

    private Cut() {}

    /** On the connection's event loop. */
    static void now(HttpConnection connection) {
        now(((ConnectionBase) connection).channel());
    }

    /** The same. */
    static void now(NetSocket socket) {
        now(((ConnectionBase) socket).channel());
    }

    private static void now(Channel channel) {
        if (!channel.isActive()) {
            // The other end was quicker.
            return;
        }
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // From the first handler on there is only the socket.
        var _ = channel.pipeline().firstContext().close();
    }
}
