package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token of the calling operator.
 *
 * @param id its number
 * @param name what it is for
 * @param createdAt since when
 * @param expiresAt until when
 * @param token the token itself, only in the answer that made it
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Token(
        long id, String name, Instant createdAt, Instant expiresAt, @Nullable String token) {
    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "Token[id=" + id + ", name=" + name + "]";
    }
}
