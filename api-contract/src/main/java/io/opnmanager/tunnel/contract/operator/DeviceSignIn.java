package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in from a program that has begun (RFC 8628 §3.2).
 *
 * @param deviceCode what the program asks with; secret
 * @param userCode what the person types at the provider
 * @param verificationUri where the person goes
 * @param verificationUriComplete the same with the code in it, for a link or a picture; not every
 *     provider has it
 * @param interval seconds to wait between two asks
 * @param expiresIn seconds until both codes are over
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeviceSignIn(
        String deviceCode,
        String userCode,
        String verificationUri,
        @Nullable String verificationUriComplete,
        int interval,
        int expiresIn) {

    /** Without the codes: this record may appear in a log. */
    @Override
    public String toString() {
        return "DeviceSignIn[verificationUri=" + verificationUri + "]";
    }
}
