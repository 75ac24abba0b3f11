package io.opnmanager.tunnel.quickconnect;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this program needs of the credential that the agent keeps in {@code credential.json}. Only
 * read here.
 *
 * @param firewallId the firewall
 * @param agentToken the secret
 * @param checkInterval seconds between two checks
 * @param brokerUrl the broker
 * @param caFile authorities to trust instead of the system's
 * @param pinnedKey the one public key to trust
 */
@RegisterForReflection
@JsonNaming(SnakeCaseStrategy.class)
@JsonIgnoreProperties(ignoreUnknown = true)
record Credential(
        long firewallId,
        String agentToken,
        int checkInterval,
        String brokerUrl,
        @Nullable String caFile,
        @Nullable String pinnedKey) {

    /**
     * The credential, empty when this firewall is not enrolled.
     *
     * @throws IllegalArgumentException when the file is damaged
     */
    static Optional<Credential> in(Path stateFolder) {
        Path file = stateFolder.resolve("credential.json");
        try {
            return Optional.of(
                    new ObjectMapper().readValue(Files.readAllBytes(file), Credential.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            // Without the cause: its message quotes the file, which holds the token.
            throw new IllegalArgumentException("damaged credential file: " + file);
        } catch (IOException e) {
            throw new UncheckedIOException("credential cannot be read: " + file, e);
        }
    }

    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "Credential[firewallId=" + firewallId + ", brokerUrl=" + brokerUrl + "]";
    }
}
