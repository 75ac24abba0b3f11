package io.opnmanager.tunnel.broker.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long a sign-in lasts, and how many wrong credentials are borne. */
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

    /**
     * Wrong codes of one operator's second factor at once, before the next has to wait: 1 to 100.
     * Whoever gets so far knows the password, and a code is only one of a million.
     */
    @WithDefault("5")
    @Min(1)
    @Max(100)
    int codeFailures();

    /** How long until one more wrong code is borne: 100 ms to 1 d. */
    @WithDefault("5m")
    @DurationMin(millis = 100)
    @DurationMax(days = 1)
    Duration codeRecovery();

    /**
     * A sign-in of the console ends when it was not used for this long: 1 s to 1 d. An open page
     * that only listens does not use it.
     */
    @WithDefault("30m")
    @DurationMin(seconds = 1)
    @DurationMax(days = 1)
    Duration idle();

    /** A sign-in of the console ends after this long, used or not: 1 s to 30 d. */
    @WithDefault("12h")
    @DurationMin(seconds = 1)
    @DurationMax(days = 30)
    Duration lifetime();

    /** Sign-ins of one operator at once, 1 to 1000; one more ends the oldest. */
    @WithDefault("20")
    @Min(1)
    @Max(1_000)
    int perOperator();

    /** Live tokens of one operator, 1 to 10000; one more is refused. */
    @WithDefault("50")
    @Min(1)
    @Max(10_000)
    int tokensPerOperator();

    /**
     * File with the key that the secrets of second factors are encrypted with: 32 bytes in base64.
     * All nodes need the same. When absent it is {@code second-factor-key} in the state folder,
     * made at the first start of the first node, to be copied to the others.
     */
    Optional<Path> secretKeyFile();
}
