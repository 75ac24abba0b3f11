package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.opnmanager.tunnel.contract.UpdateState;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says of its own updates. Text of an agent: shown, never trusted.
 *
 * @param enabled whether the owner of the firewall lets the agent update itself; absent is no
 * @param version the version that the state is about; anything that is no version counts as absent
 * @param state how far it is with that version; absent is none
 * @param detail why it went back or was refused, for a person
 */
@JsonNaming(SnakeCaseStrategy.class)
public record UpdateReport(
        @Nullable
                @Schema(
                        description =
                                "Whether the owner of the firewall lets the agent update itself; absent is no.")
                Boolean enabled,
        @Nullable @Size(max = 64) @Schema(description = "The version that the state is about.")
                String version,
        @Nullable UpdateState state,
        @Nullable @Size(max = 200) @Schema(description = "Why, for a person.") String detail) {}
