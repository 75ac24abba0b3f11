package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token of the calling operator.
 *
 * @param id its number
 * @param name what it is for
 * @param role the most it may do; never more than its operator
 * @param tags only firewalls with at least one of these, and within its operator's reach; empty is
 *     its operator's reach
 * @param createdAt since when
 * @param expiresAt until when
 * @param lastUsedAt when it was last used, to a minute
 * @param token the token itself, only in the answer that made it
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Token(
        long id,
        String name,
        Role role,
        List<String> tags,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant lastUsedAt,
        @Nullable String token) {
    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "Token[id=" + id + ", name=" + name + "]";
    }
}
