package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.operator.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A token that is shown.
 *
 * @param admitted whose it is, narrowed to its scope
 * @param left how long it still lives
 */
record TokenRow(Admitted admitted, Duration left) {

    /** Finds one by its hash, null when there is none in time, and notes its use once a minute. */
    static @Nullable TokenRow use(Handle handle, byte[] hash) {
        TokenRow found =
                handle.createQuery(
                                """
                                SELECT t.id, t.role AS token_role, t.tags AS token_tags, t.expires_at,
                                       o.name, o.role, o.tags, UTC_TIMESTAMP(6) AS now
                                FROM operator_token t JOIN operator o ON o.name = t.operator
                                WHERE t.token_hash = :hash AND t.expires_at > UTC_TIMESTAMP(6)
                                """)
                        .bind("hash", hash)
                        .map((row, context) -> read(row))
                        .findOne()
                        .orElse(null);
        if (found != null) {
            handle.createUpdate(
                            """
                            UPDATE operator_token SET last_used_at = UTC_TIMESTAMP(6) WHERE token_hash = :hash
                            AND (last_used_at IS NULL OR last_used_at < UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE)
                            """)
                    .bind("hash", hash)
                    .execute();
        }
        return found;
    }

    private static TokenRow read(ResultSet row) throws SQLException {
        Caller.Operator operator = OperatorRow.caller(row);
        Instant expiresAt = UtcTime.read(row, "expires_at");
        return new TokenRow(
                new Admitted(
                        narrowed(operator, row), Credential.token(row.getLong("id"), expiresAt)),
                Duration.between(UtcTime.read(row, "now"), expiresAt));
    }

    /** An operator with what the token of a row allows: {@code token_role}, {@code token_tags}. */
    static Caller.Operator narrowed(Caller.Operator operator, ResultSet row) throws SQLException {
        return new Caller.Operator(
                operator.name(),
                narrower(operator.role(), row.getString("token_role")),
                operator.reach().within(Set.copyOf(OperatorRow.tags(row.getString("token_tags")))));
    }

    /** The narrower of an operator's role and the one of a token, which may have none. */
    static Role narrower(Role operators, @Nullable String tokens) {
        if (tokens == null) {
            return operators;
        }
        Role token = OperatorRow.role(tokens);
        // Declared from the widest to the narrowest.
        return token.compareTo(operators) > 0 ? token : operators;
    }
}
