package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import io.opnmanager.tunnel.tunnelctl.broker.Proxies;
import io.opnmanager.tunnel.tunnelctl.operations.OperatorKey;
import io.opnmanager.tunnel.tunnelctl.operations.Session;
import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with.
 *
 * @param broker with the operator's credential
 * @param home where the sign-in came from; null when it came as a token
 */
record Access(BrokerClient broker, @Nullable Home home, Proxies proxies) implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** To sessions of this operator. */
    Session.GatewayAccess gatewayAccess() {
        return new Session.GatewayAccess(
                new Gateway(proxies, CONNECT, false), new OperatorKey(broker, home));
    }

    @Override
    public void close() {
        broker.close();
    }
}
