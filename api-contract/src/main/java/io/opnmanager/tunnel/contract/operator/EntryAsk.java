package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Asks for a ticket into a session.
 *
 * @param challenge what the session's host gave the browser: SHA-256 of a number that only this
 *     browser holds, 43 characters of base64url
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EntryAsk(
        @NotNull
                @Pattern(regexp = "[A-Za-z0-9_-]{43}")
                @Schema(description = "As it came in the query: 43 characters of base64url.")
                String challenge) {}
