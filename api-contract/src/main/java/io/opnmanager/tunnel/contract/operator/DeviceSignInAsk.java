package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * Asks whether the person has signed in at the provider.
 *
 * @param deviceCode as {@link DeviceSignIn} told it
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeviceSignInAsk(@NotNull @Size(min = 1, max = 4_000) String deviceCode) {

    /** Without the code: this record may appear in a log. */
    @Override
    public String toString() {
        return "DeviceSignInAsk[]";
    }
}
