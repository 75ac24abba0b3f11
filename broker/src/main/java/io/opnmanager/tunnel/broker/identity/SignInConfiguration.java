package io.opnmanager.tunnel.broker.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How many wrong credentials are borne. */
@ConfigMapping(prefix = "opnmanager.sign-in")
interface SignInConfiguration {

    /** Wrong passwords for one name at once, before it has to wait: 1 to 1000. */
    @WithDefault("10")
    @Min(1)
    @Max(1_000)
    int failuresPerName();

    /**
     * Wrong passwords or tokens from one address (of IPv6: one /64) at once, before it has to wait:
     * 1 to 100000. Behind a proxy {@code quarkus.http.proxy} has to say so, or all are one address.
     */
    @WithDefault("30")
    @Min(1)
    @Max(100_000)
    int failuresPerAddress();

    /** How long until one more failure is borne: 100 ms to 1 h. */
    @WithDefault("6s")
    @DurationMin(millis = 100)
    @DurationMax(hours = 1)
    Duration recovery();
}
