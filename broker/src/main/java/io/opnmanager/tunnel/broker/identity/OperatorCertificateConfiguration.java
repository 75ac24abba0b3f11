package io.opnmanager.tunnel.broker.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Certificates that this broker signs for operators' own keys. */
@ConfigMapping(prefix = "opnmanager.operator-certificates")
interface OperatorCertificateConfiguration {

    /**
     * How long one is good: 5 min to 7 d. A working day by default, so that none has to be lost.
     */
    @WithDefault("8h")
    @DurationMin(minutes = 5)
    @DurationMax(days = 7)
    Duration lifetime();
}
