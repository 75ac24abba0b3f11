package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * Removes the own second factor.
 *
 * @param password the own password
 * @param code six digits of the authenticator, or a recovery code
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SecondFactorRemoval(
        @NotNull @Size(max = 200) String password, @NotNull @Size(max = 64) String code) {
    /** Without password and code: this record may appear in a log. */
    @Override
    public String toString() {
        return "SecondFactorRemoval[]";
    }
}
