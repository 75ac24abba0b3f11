package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes or changes a firewall.
 *
 * @param name unique, 1 to 100 characters
 * @param tags up to 20 words
 * @param kind what kind of box it is; absent when made: {@code generic}, absent when changed: as it
 *     was
 * @param webTarget scheme, host and port of its own page, seen from its agent; {@code
 *     https://localhost:443} when absent
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FirewallAsk(
        @NotBlank @Size(max = 100) String name,
        @Nullable @Size(max = 20)
                List<@NotBlank @Size(max = 50) @Pattern(regexp = "[A-Za-z0-9._:-]+") String> tags,
        @Nullable FirewallKind kind,
        @Nullable @Size(max = 255) String webTarget) {}
