package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import java.io.IOException;
import java.time.Duration;

/**
 * A session that is opened by the first connection, and again by one that comes after its end.
 *
 * @param session owned by somebody else
 */
record OnDemand(Session session) implements Upstream {

    @Override
    public String name() {
        return session.name();
    }

    @Override
    public GatewayLine dial(Duration patience) throws IOException, InterruptedException {
        session.open();
        return session.dial(patience);
    }
}
