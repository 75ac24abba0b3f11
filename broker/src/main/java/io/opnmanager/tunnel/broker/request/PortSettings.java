package io.opnmanager.tunnel.broker.request;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of the ports that tunnels listen on, always on 127.0.0.1. */
@ConfigMapping(prefix = "opnmanager.ports")
public interface PortSettings {

    /** First port. 1024 to 65535. */
    @WithDefault("8100")
    @Min(1024)
    @Max(65535)
    int first();

    /** Last port, included. From {@link #first} to 65535. */
    @WithDefault("8999")
    @Min(1024)
    @Max(65535)
    int last();

    /**
     * For how long a port stays unused after its listener was seen closed, so that a late client of
     * the old session cannot land on another firewall. From 0 s.
     */
    @WithDefault("60s")
    @DurationMin(seconds = 0)
    Duration quarantine();
}
