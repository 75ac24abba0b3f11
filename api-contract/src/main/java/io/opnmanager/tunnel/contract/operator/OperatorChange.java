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
 * Changes an operator; what is absent is empty from then on.
 *
 * @param role what the operator may do
 * @param tags only firewalls with at least one of these, up to 20; none is every firewall
 * @param certificateNames names in TLS client certificates that are this operator, up to 20
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperatorChange(
        @NotNull Role role,
        @Nullable @Size(max = 20)
                List<@NotBlank @Size(max = 50) @Pattern(regexp = "[A-Za-z0-9._:-]+") String> tags,
        @Nullable @Size(max = 20)
                List<@NotBlank @Size(max = 255) @Pattern(regexp = "\\S(.*\\S)?") String>
                        certificateNames) {}
