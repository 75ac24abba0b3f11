package io.opnmanager.tunnel.broker.firewall;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How often agents are to be heard of. */
@ConfigMapping(prefix = "opnmanager.firewall")
public interface FirewallConfiguration {

    /**
     * Time between two checks of a quickconnect-agent, told to it at enrolment: 1 s to 5 min, in
     * whole seconds. A firewall counts as online when it was heard of within three of these.
     */
    @WithDefault("15s")
    @DurationMin(seconds = 1)
    @DurationMax(minutes = 5)
    Duration checkInterval();

    /**
     * Time between two check-ins of an agent that nobody triggered: 5 s to 1 h, in whole seconds.
     */
    @WithDefault("60s")
    @DurationMin(seconds = 5)
    @DurationMax(hours = 1)
    Duration checkinInterval();
}
