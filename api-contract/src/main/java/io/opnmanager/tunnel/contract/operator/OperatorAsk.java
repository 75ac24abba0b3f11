package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes an operator.
 *
 * @param name unique; lower-case letters, digits, dot, dash, underscore
 * @param password 12 to 200 characters; without one the operator can sign in by OpenID Connect or
 *     TLS client certificate only
 * @param role what the operator may do
 * @param tags only firewalls with at least one of these, up to 20; none is every firewall
 * @param certificateNames names in TLS client certificates (common name, DNS name, mail address or
 *     URI) that are this operator, up to 20, each of one operator only
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperatorAsk(
        @NotNull @Pattern(regexp = "[a-z0-9][a-z0-9._-]{0,62}") String name,
        @Nullable @Size(min = 12, max = 200) String password,
        @NotNull Role role,
        @Nullable @Size(max = 20)
                List<@NotBlank @Size(max = 50) @Pattern(regexp = "[A-Za-z0-9._:-]+") String> tags,
        @Nullable @Size(max = 20)
                List<@NotBlank @Size(max = 255) @Pattern(regexp = "\\S(.*\\S)?") String>
                        certificateNames) {
    /** Without the password: this record may appear in a log. */
    @Override
    public String toString() {
        return "OperatorAsk[name=" + name + ", role=" + role + "]";
    }
}
