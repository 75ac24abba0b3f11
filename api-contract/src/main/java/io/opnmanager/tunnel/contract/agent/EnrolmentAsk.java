package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a credential.
 *
 * @param enrolmentToken the single-use token that an operator made
 * @param hostname what the box calls itself; shown, never trusted
 * @param agentVersion version of the agent
 * @param platform operating system and architecture
 * @param sshPublicKey one line as in {@code authorized_keys}: Ed25519, ECDSA, or RSA from 3072 bits
 * @param webTarget scheme, host and port of the firewall's own page, {@code https://localhost:443}
 *     when absent
 */
@JsonNaming(SnakeCaseStrategy.class)
public record EnrolmentAsk(
        @NotBlank @Size(max = 200) String enrolmentToken,
        @NotBlank @Size(max = 255) String hostname,
        @NotBlank @Size(max = 64) String agentVersion,
        @NotBlank @Size(max = 128) String platform,
        @NotBlank
                @Size(max = 2048)
                @Schema(
                        description =
                                "One line as in authorized_keys: Ed25519, ECDSA, or RSA from 3072 bits.")
                String sshPublicKey,
        @Nullable
                @Size(max = 255)
                @Schema(
                        examples = "https://localhost:443",
                        description = "Where the firewall's own page is, seen from the agent.")
                String webTarget) {

    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "EnrolmentAsk[hostname=" + hostname + ", platform=" + platform + "]";
    }
}
