package io.opnmanager.tunnel.broker.access.browser;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of the relay between an operator's browser and a firewall's page. */
@ConfigMapping(prefix = "opnmanager.browser")
public interface BrowserSettings {

    /** How long a connection to the firewall's page, TLS included, may take. 1 s to 60 s. */
    @WithDefault("10s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 60)
    Duration connect();

    /**
     * For how long the firewall's page may be silent while it owes an answer or the rest of one. 10
     * s to 1 h. Long, because a page may work for minutes before it answers. Event streams and
     * WebSockets may be silent for ever.
     */
    @WithDefault("5m")
    @DurationMin(seconds = 10)
    @DurationMax(hours = 1)
    Duration answer();

    /**
     * For how long a browser may neither send the next byte of a body nor take one. 5 s to 1 h. The
     * default is that of {@code opnmanager.ssh.stall}.
     */
    @WithDefault("2m")
    @DurationMin(seconds = 5)
    @DurationMax(hours = 1)
    Duration stall();

    /**
     * How long an unused connection to the firewall's page is kept for the next request. 1 s to 25
     * s; below the 30 s after which firewalls close it.
     */
    @WithDefault("20s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 25)
    Duration keepAlive();

    /**
     * Connections of one session to its firewall's page for requests that only read, and as many
     * again for those that change something. 1 to 128: the tunnel takes 256 by default.
     */
    @WithDefault("64")
    @Min(1)
    @Max(128)
    int connections();

    /** Requests of one session that wait for such a connection. From 1 to 10000. */
    @WithDefault("1000")
    @Min(1)
    @Max(10_000)
    int waiting();

    /** Headers of a request or an answer, in lines. 10 to 1000. */
    @WithDefault("200")
    @Min(10)
    @Max(1_000)
    int headers();

    /** Headers of an answer, in bytes. 4K to 256K. */
    @WithDefault("64K")
    MemorySize headerBytes();
}
