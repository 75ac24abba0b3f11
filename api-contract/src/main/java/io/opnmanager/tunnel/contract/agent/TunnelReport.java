package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What became of a tunnel, as the agent sees it.
 *
 * @param requestId the request
 * @param status what became of it
 * @param tunnelPid the process that holds it
 * @param tunnelPort the broker's port
 * @param detail why, for a person
 */
@JsonNaming(SnakeCaseStrategy.class)
public record TunnelReport(
        @NotNull Long requestId,
        @NotNull ReportedStatus status,
        @Nullable @Min(0) Long tunnelPid,
        @Nullable @Min(1) @Max(65535) Integer tunnelPort,
        @Nullable @Size(max = 500) String detail) {

    /** What an agent can report. */
    @Schema(
            enumeration = {"active", "disconnected", "failed"},
            description =
                    "Synonyms of older scripts are understood: processing is active, completed and cancelled are disconnected, timeout is"
                            + " failed.")
    public enum ReportedStatus {
        @JsonProperty("active")
        @JsonAlias("processing")
        ACTIVE,
        @JsonProperty("disconnected")
        @JsonAlias({"completed", "cancelled"})
        DISCONNECTED,
        @JsonProperty("failed")
        @JsonAlias("timeout")
        FAILED
    }
}
