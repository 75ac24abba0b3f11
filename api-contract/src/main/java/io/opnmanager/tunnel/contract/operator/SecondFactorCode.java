package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * Shows that the authenticator knows the secret.
 *
 * @param code six digits
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SecondFactorCode(@NotNull @Size(max = 64) String code) {
    /** Without the code: this record may appear in a log. */
    @Override
    public String toString() {
        return "SecondFactorCode[]";
    }
}
