package io.opnmanager.tunnel.broker.request;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Keys of the ports that tunnels listen on, always on 127.0.0.1. */
@ConfigMapping(prefix = "opnmanager.ports")
public interface PortSettings {

    /** First port. 1024 to 65535. */
    @WithDefault("8100")
    int first();

    /** Last port, included. From {@link #first} to 65535. */
    @WithDefault("8999")
    int last();

    /**
     * For how long a port stays unused after its listener was seen closed, so that a late client of
     * the old session cannot land on another firewall. From 0 s.
     */
    @WithDefault("60s")
    Duration quarantine();
}
