package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * Asks for the secret of a second factor.
 *
 * @param password the own password
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SecondFactorAsk(@NotNull @Size(max = 200) String password) {
    /** Without the password: this record may appear in a log. */
    @Override
    public String toString() {
        return "SecondFactorAsk[]";
    }
}
