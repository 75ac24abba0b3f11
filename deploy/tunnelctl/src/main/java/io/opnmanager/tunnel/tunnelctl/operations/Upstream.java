package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import java.io.IOException;
import java.time.Duration;

/** How one gets to something behind the gateway. Any thread may use it. */
public interface Upstream {

    /** What is there, as a person knows it. */
    String name();

    /**
     * A new connection. When there is none at the moment, it is waited for.
     *
     * @param patience for how long
     * @throws IOException when there will be none, or none in time; the message says why
     */
    GatewayLine dial(Duration patience) throws IOException, InterruptedException;
}
