package io.opnmanager.tunnel.broker.limits;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import org.jspecify.annotations.Nullable;

/**
 * Netty makes it, from {@code META-INF/services}, and shows it each connection that a server
 * accepts. Public for that only.
 */
public final class HeadWatchExtension extends ChannelInitializerExtension {

    /** Netty makes the extension and the configuration its limits; here they meet. */
    private static volatile HeadWatch.@Nullable Limits limits;

    /** From now on each new connection is watched. */
    static void limits(HeadWatch.@Nullable Limits now) {
        limits = now;
    }

    @Override
    public void postInitializeServerChildChannel(Channel connection) {
        HeadWatch.Limits now = limits;
        if (now != null) {
            connection.pipeline().addLast(new Placing(now));
        }
    }

    /** Finds the watch's place once Vert.x has put its own handlers in: behind TLS. */
    private static final class Placing extends ChannelInboundHandlerAdapter {
        private final HeadWatch.Limits limits;

        Placing(HeadWatch.Limits limits) {
            this.limits = limits;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            ChannelPipeline pipeline = context.pipeline();
            HeadWatch watch = new HeadWatch(limits);
            if (pipeline.get("handshaker") != null) {
                pipeline.addAfter("handshaker", HeadWatch.NAME, watch);
            } else {
                pipeline.addFirst(HeadWatch.NAME, watch);
            }
            pipeline.remove(this);
        }
    }
}
