package io.opnmanager.tunnel.broker.limits;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;

/**
 * Netty makes it, from {@code META-INF/services}, and shows it each connection that a server
 * accepts. Public for that only.
 */
public final class AdmissionExtension extends ChannelInitializerExtension {

    private final Admission admission = new Admission();

    @Override
    public void postInitializeServerChildChannel(Channel connection) {
        if (connection.parent() instanceof ServerChannel server) {
            connection.pipeline().addFirst(admission.entrance(server));
        }
    }
}
