package io.opnmanager.tunnel.broker.access.stream;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of the gateway for TCP over mutual TLS. */
@ConfigMapping(prefix = "opnmanager.stream")
public interface StreamSettings {

    /**
     * Whether it listens. Needs {@code quarkus.tls.stream.key-store.…} with the certificate that
     * clients see. Theirs are signed by the broker, or by an authority in {@code
     * quarkus.tls.stream.trust-store.…}.
     */
    @WithDefault("false")
    boolean enabled();

    /** Address that it listens on. */
    @WithDefault("0.0.0.0")
    String host();

    /** Port that it listens on. 0 to 65535; 0 is any that is free. */
    @WithDefault("8443")
    @Min(0)
    @Max(65535)
    int port();

    /**
     * Port at which clients reach it, when something in front of the broker listens on another one:
     * it is part of the address of each session. 1 to 65535. Default: the port that it listens on.
     */
    Optional<@Min(1) @Max(65535) Integer> publicPort();

    /**
     * Whether clients may use TLS 1.2 as well as 1.3. With 1.2 the end of one direction ends the
     * other: that protocol knows no half-closed connection.
     */
    @WithDefault("false")
    boolean tls12();

    /** Certificates that are no longer good: PEM or DER, read again when it changes. */
    Optional<Path> revocationList();

    /** How long a TLS handshake may take from the first byte to the last. 1 s to 60 s. */
    @WithDefault("10s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 60)
    Duration handshake();

    /** How long a connection to a service of {@link #routes} may take. 1 s to 60 s. */
    @WithDefault("5s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 60)
    Duration connect();

    /** A connection without a byte in either direction for this time is closed. 1 s to 24 h. */
    @WithDefault("30m")
    @DurationMin(seconds = 1)
    @DurationMax(hours = 24)
    Duration idle();

    /** A side that takes nothing for this time while there is something to take. 1 s to 10 min. */
    @WithDefault("60s")
    @DurationMin(seconds = 1)
    @DurationMax(minutes = 10)
    Duration stall();

    /** Connections at once; more are closed before their handshake. 1 to 100000. */
    @WithDefault("2000")
    @Min(1)
    @Max(100_000)
    int connections();

    /** Handshakes of one address that are not done yet. 1 to 10000. */
    @WithDefault("50")
    @Min(1)
    @Max(10_000)
    int handshakesPerAddress();

    /**
     * Bytes a second for one session or one service, in each direction, all of its connections
     * together. From 64K. Default: no limit.
     */
    Optional<MemorySize> bandwidth();

    /** Services that need no session, by the server name that a client asks for. */
    Map<String, Route> routes();

    /** One of them. */
    interface Route {

        /** Where it is, as the broker reaches it: {@code host:port}. */
        String target();

        /**
         * Names in the certificates of clients that may use it: common name, DNS name, mail address
         * or URI, to the letter.
         */
        List<String> clients();
    }
}
