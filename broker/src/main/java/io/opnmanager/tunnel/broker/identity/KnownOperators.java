package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.UtcTime;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Operators and their tokens as of at most 5 s ago: a console asks several times a second. What
 * this node removes or revokes is forgotten at once, what another node does within those 5 s.
 */
@ApplicationScoped
class KnownOperators {

    private static final Duration LIFETIME = Duration.ofSeconds(5);
    private static final int MOST = 1_000;

    private final Remembered<String, Answer> names = new Remembered<>(MOST, LIFETIME);
    private final Remembered<ByteBuffer, KnownToken> tokens = new Remembered<>(MOST, LIFETIME);
    private final Jdbi jdbi;

    KnownOperators(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Who is known by this name without asking, null when nobody is or it has to be asked. */
    Operators.@Nullable Credential knownName(String name) {
        Answer found = names.find(name);
        return found == null ? null : found.credential();
    }

    /** Who has this name, null when nobody has; asks when it has to, so it blocks. */
    Operators.@Nullable Credential name(String name) {
        Answer found = names.find(name);
        if (found != null) {
            return found.credential();
        }
        long generation = names.generation();
        Answer read = new Answer(jdbi.withHandle(handle -> Operators.credential(handle, name)));
        names.put(name, read, LIFETIME, generation);
        return read.credential();
    }

    /** Whose token it is, without asking, null when it has to be asked. Never waits. */
    Caller.@Nullable Operator knownToken(byte[] hash) {
        KnownToken found = tokens.find(ByteBuffer.wrap(hash));
        return found == null ? null : found.operator();
    }

    /** Whose token it is, null when there is none or its time is over; blocks. */
    Caller.@Nullable Operator token(byte[] hash) {
        long generation = tokens.generation();
        KnownToken read =
                jdbi.withHandle(handle ->
                        handle.createQuery(
                                        """
                                        SELECT t.id, o.name, o.role, t.expires_at, UTC_TIMESTAMP(6) AS now
                                        FROM operator_token t JOIN operator o ON o.name = t.operator
                                        WHERE t.token_hash = :hash AND t.expires_at > UTC_TIMESTAMP(6)
                                        """)
                                .bind("hash", hash)
                                .map((row, context) -> {
                                    Instant now = UtcTime.read(row, "now");
                                    return new KnownToken(
                                            row.getLong("id"),
                                            new Caller.Operator(
                                                    row.getString("name"),
                                                    Operators.role(row.getString("role")),
                                                    Reach.ALL),
                                            Duration.between(now, UtcTime.read(row, "expires_at")));
                                })
                                .findOne()
                                .orElse(null));
        if (read == null) {
            return null;
        }
        tokens.put(ByteBuffer.wrap(hash), read, read.left(), generation);
        return read.operator();
    }

    /** An operator was made or removed on this node. */
    void forget(String name) {
        names.forget((known, credential) -> known.equals(name));
        tokens.forget((hash, token) -> token.operator().name().equals(name));
    }

    /** A token was revoked on this node. */
    void forgetToken(long id) {
        tokens.forget((hash, token) -> token.id() == id);
    }

    /**
     * That there is nobody is remembered too: it must not take longer to find out than otherwise.
     */
    private record Answer(Operators.@Nullable Credential credential) {}

    private record KnownToken(long id, Caller.Operator operator, Duration left) {}
}
