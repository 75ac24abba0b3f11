package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * What an authenticator is told; shown once, of no effect until a code of it was shown.
 *
 * @param secret base32 (RFC 4648) without padding, for typing
 * @param uri the same as {@code otpauth://totp/…}, for a QR code
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SecondFactor(String secret, String uri) {
    /** Without the secret: this record may appear in a log. */
    @Override
    public String toString() {
        return "SecondFactor[]";
    }
}
