package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Signs in.
 *
 * @param name the operator's name
 * @param password up to 200 characters
 * @param code six digits of the authenticator, or a recovery code; needed when the operator has a
 *     second factor
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SignInAsk(
        @NotNull @Size(max = 200) String name,
        @NotNull @Size(max = 200) String password,
        @Nullable @Size(max = 64) String code) {
    /** Without password and code: this record may appear in a log. */
    @Override
    public String toString() {
        return "SignInAsk[name=" + name + "]";
    }
}
