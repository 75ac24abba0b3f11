package io.opnmanager.tunnel.broker.firewall;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How a firewall gets its credential. */
@ConfigMapping(prefix = "opnmanager.enrolment")
interface EnrolmentConfiguration {

    /**
     * How long an enrolment token is good: 1 min to 30 days. It is single-use in any case; the time
     * bounds how long a forgotten one can be found and used.
     */
    @WithDefault("24h")
    @DurationMin(minutes = 1)
    @DurationMax(days = 30)
    Duration lifetime();
}
