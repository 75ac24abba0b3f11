package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Token;
import io.opnmanager.tunnel.contract.operator.TokenAsk;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The table {@code operator_token}. Every call blocks. */
@ApplicationScoped
class OperatorTokens {

    private static final Duration LIFETIME = Duration.ofDays(90);
    private static final String DONE = "done";

    private final Jdbi jdbi;
    private final Witness witness;
    private final KnownOperators known;

    OperatorTokens(Jdbi jdbi, Witness witness, KnownOperators known) {
        this.jdbi = jdbi;
        this.witness = witness;
        this.known = known;
    }

    /** The live ones of an operator by name. */
    List<Token> list(Caller.Operator operator) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT id, name, created_at, expires_at FROM operator_token
                                WHERE operator = :operator AND expires_at > UTC_TIMESTAMP(6) ORDER BY name
                                """)
                        .bind("operator", operator.name())
                        .map((row, context) -> read(row, null))
                        .list());
    }

    /**
     * Makes one; its secret is in this answer only.
     *
     * @throws Problem {@code token_exists}
     */
    Token create(Caller.Operator operator, TokenAsk ask) {
        String secret = Secrets.newToken(Secrets.OPERATOR_PREFIX);
        long lifetime = ask.lifetime() == null ? LIFETIME.toSeconds() : ask.lifetime();
        try {
            return jdbi.inTransaction(handle -> {
                handle.createUpdate(
                                "DELETE FROM operator_token WHERE operator = :operator AND expires_at <= UTC_TIMESTAMP(6)")
                        .bind("operator", operator.name())
                        .execute();
                long id =
                        handle.createUpdate(
                                        """
                                        INSERT INTO operator_token (operator, name, token_hash, created_at, expires_at)
                                        VALUES (:operator, :name, :hash, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL :lifetime SECOND)
                                        """)
                                .bind("operator", operator.name())
                                .bind("name", ask.name())
                                .bind("hash", Secrets.hash(secret))
                                .bind("lifetime", lifetime)
                                .executeAndReturnGeneratedKeys("id")
                                .mapTo(Long.class)
                                .one();
                witness.record(handle, operator, "token.create", "token:" + id, DONE, ask.name());
                return handle.createQuery(
                                "SELECT id, name, created_at, expires_at FROM operator_token WHERE id = :id")
                        .bind("id", id)
                        .map((row, context) -> read(row, secret))
                        .one();
            });
        } catch (UnableToExecuteStatementException e) {
            if (Database.isDuplicateKey(e)) {
                throw new Problem(
                        ProblemCode.TOKEN_EXISTS,
                        "wanted a name of its own, found another token called " + ask.name());
            }
            throw e;
        }
    }

    /**
     * Revokes one, dead on this node when this returns.
     *
     * @throws Problem {@code token_unknown} when it is not this operator's
     */
    void revoke(Caller.Operator operator, long id) {
        jdbi.useTransaction(handle -> {
            int gone =
                    handle.createUpdate(
                                    "DELETE FROM operator_token WHERE id = :id AND operator = :operator")
                            .bind("id", id)
                            .bind("operator", operator.name())
                            .execute();
            if (gone == 0) {
                throw new Problem(ProblemCode.TOKEN_UNKNOWN, "you have no token of this number");
            }
            witness.record(handle, operator, "token.revoke", "token:" + id, DONE, null);
        });
        known.forgetToken(id);
    }

    private static Token read(ResultSet row, @Nullable String secret) throws SQLException {
        return new Token(
                row.getLong("id"),
                row.getString("name"),
                UtcTime.read(row, "created_at"),
                UtcTime.read(row, "expires_at"),
                secret);
    }
}
