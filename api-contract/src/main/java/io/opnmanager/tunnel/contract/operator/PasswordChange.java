package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * Changes the own password.
 *
 * @param current the password until now
 * @param password the new one, 12 to 200 characters
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PasswordChange(
        @NotNull @Size(max = 200) String current,
        @NotNull @Size(min = 12, max = 200) String password) {
    /** Without the passwords: this record may appear in a log. */
    @Override
    public String toString() {
        return "PasswordChange[]";
    }
}
