package io.opnmanager.tunnel.quickconnect;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.contract.call.Fields;
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
            return Optional.of(read(Fields.read(Files.readAllBytes(file))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            // Without the cause: its message quotes the file, which holds the token.
            throw new IllegalArgumentException("damaged credential file: " + file);
        } catch (IOException e) {
            throw new UncheckedIOException("credential cannot be read: " + file, e);
        }
    }

    private static Credential read(Fields fields) throws JsonProcessingException {
        return new Credential(
                fields.number("firewall_id"),
                fields.neededText("agent_token"),
                fields.smallNumber("check_interval"),
                fields.neededText("broker_url"),
                fields.text("ca_file"),
                fields.text("pinned_key"));
    }

    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "Credential[firewallId=" + firewallId + ", brokerUrl=" + brokerUrl + "]";
    }
}
