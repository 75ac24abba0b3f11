package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A way into a session, for one browser and one time.
 *
 * @param url where the browser posts the ticket, as a form with the one field {@code ticket}
 * @param ticket shown once
 * @param expiresAt after this moment it is refused
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Entry(
        @Schema(description = "Post the ticket here, as a form; never put it into an address.")
                String url,
        String ticket,
        Instant expiresAt) {
    /** Without the ticket: this record may appear in a log. */
    @Override
    public String toString() {
        return "Entry[url=" + url + ", expiresAt=" + expiresAt + "]";
    }
}
