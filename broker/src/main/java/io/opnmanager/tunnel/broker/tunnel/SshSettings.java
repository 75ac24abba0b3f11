package io.opnmanager.tunnel.broker.tunnel;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of the SSH server that agents dial. */
@ConfigMapping(prefix = "opnmanager.ssh")
public interface SshSettings {

    /** Address that it listens on. */
    @WithDefault("0.0.0.0")
    String host();

    /** Port that it listens on. 1 to 65535. */
    @WithDefault("2222")
    @Min(1)
    @Max(65535)
    int port();

    /** Host name or address that agents are told to dial. Default: the machine's host name. */
    Optional<String> publicHost();

    /**
     * Port that agents are told to dial, when something forwards to {@link #port}. Default: that
     * port.
     */
    Optional<Integer> publicPort();

    /**
     * How often each line is asked for a sign of life. 1 s to 20 s; under the 25 s after which
     * middleboxes forget a line.
     */
    @WithDefault("4s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 20)
    Duration keepalive();

    /** A line whose peer gave no sign for this time is closed. From two keepalives to 15 s. */
    @WithDefault("12s")
    @DurationMin(seconds = 2)
    @DurationMax(seconds = 15)
    Duration silence();

    /** How long a connection may take to authenticate. 1 s to 60 s. */
    @WithDefault("10s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 60)
    Duration authentication();

    /** How long an authenticated connection may take to ask for its port. 1 s to 60 s. */
    @WithDefault("10s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 60)
    Duration forward();

    /** Connections of one address that have not authenticated yet. From 1. */
    @WithDefault("20")
    @Min(1)
    int unauthenticatedPerAddress();

    /**
     * New connections a second from one address in the long run; ten times as many at once. From 1.
     */
    @WithDefault("10")
    @Min(1)
    int connectionsPerSecond();

    /** Authenticated connections of one firewall. From 1; one a live request is needed. */
    @WithDefault("64")
    @Min(1)
    int linesPerFirewall();

    /**
     * Bytes that one connection through a tunnel may have under way from the firewall, and so its
     * buffer here, at the most: it begins with 256K and grows while they are delivered as fast as
     * they come. 64K to 64M; 16M fills a path of 800 Mb/s and 160 ms.
     */
    @WithDefault("16M")
    MemorySize window();

    /**
     * Bytes that the windows of all connections may have beyond their first 256K; those of one
     * tunnel half of it. From 1M; the heap has to hold it twice.
     */
    @WithDefault("64M")
    MemorySize windows();

    /**
     * A connection through a tunnel whose other end takes no byte for this time is closed. From 10
     * s.
     */
    @WithDefault("2m")
    @DurationMin(seconds = 10)
    Duration stall();
}
