package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A sign that a session is still wanted.
 *
 * @param requestId the request
 * @param window true when the sign comes from an open browser window: from then on the session ends
 *     when no window gives a sign for the shorter window limit
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Heartbeat(
        @NotNull Long requestId,
        @Nullable
                @Schema(
                        description =
                                "The sign comes from an open browser window; from the first such sign on the window limit (60 s) applies.")
                Boolean window) {}
