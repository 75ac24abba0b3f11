package io.opnmanager.tunnel.broker.limits;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of every connection to the broker's HTTP ports, before anything is known of who calls. */
@ConfigMapping(prefix = "opnmanager.http")
public interface HttpSettings {

    /**
     * How long the head of a request may take: from the connection, TLS included, or from its first
     * byte on a connection in use, until its last line. 1 s to 5 min. An unused connection may wait
     * longer, {@code quarkus.http.idle-timeout}.
     */
    @WithDefault("15s")
    @DurationMin(seconds = 1)
    @DurationMax(minutes = 5)
    Duration requestHead();

    /**
     * Requests of one HTTP/1.1 connection that may wait for the answer to an earlier one. 0 to
     * 1000. Browsers send none ahead; a connection that sends more is closed.
     */
    @WithDefault("16")
    @Min(0)
    @Max(1_000)
    int pipelined();
}
