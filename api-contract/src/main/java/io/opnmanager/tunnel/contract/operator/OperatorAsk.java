package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/**
 * Makes an operator.
 *
 * @param name unique; lower-case letters, digits, dot, dash, underscore
 * @param password 12 to 200 characters
 * @param role what the operator may do
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperatorAsk(
        @NotNull @Pattern(regexp = "[a-z0-9][a-z0-9._-]{0,62}") String name,
        @NotNull @Size(min = 12, max = 200) String password,
        @NotNull Role role) {
    /** Without the password: this record may appear in a log. */
    @Override
    public String toString() {
        return "OperatorAsk[name=" + name + ", role=" + role + "]";
    }
}
