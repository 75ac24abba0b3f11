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
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The table {@code operator_token}. Every call blocks. */
@ApplicationScoped
class OperatorTokens {

    private static final Duration LIFETIME = Duration.ofDays(90);

    private static final String SELECT =
            """
            SELECT t.id, t.name, t.role AS token_role, t.tags, t.created_at, t.expires_at, t.last_used_at, o.role
            FROM operator_token t JOIN operator o ON o.name = t.operator
            """;

    private final Jdbi jdbi;
    private final Witness witness;
    private final OperatorRights rights;
    private final SignInConfiguration configuration;

    OperatorTokens(
            Jdbi jdbi, Witness witness, OperatorRights rights, SignInConfiguration configuration) {
        this.jdbi = jdbi;
        this.witness = witness;
        this.rights = rights;
        this.configuration = configuration;
    }

    /** The live ones of an operator by name. */
    List<Token> list(Caller.Operator operator) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                SELECT
                                        + "WHERE t.operator = :operator AND t.expires_at > UTC_TIMESTAMP(6) ORDER BY t.name")
                        .bind("operator", operator.name())
                        .map((row, context) -> read(row, null))
                        .list());
    }

    /**
     * Makes one; its secret is in this answer only.
     *
     * @throws Problem {@code invalid_field} when it would be more than the operator may do, {@code
     *     token_exists}, {@code token_limit}
     */
    Token create(Caller.Operator operator, TokenAsk ask) {
        if (ask.role() != null && ask.role().compareTo(operator.role()) < 0) {
            throw new Problem(
                    ProblemCode.INVALID_FIELD,
                    "role: wanted at most %s, found %s"
                            .formatted(
                                    OperatorRow.word(operator.role()),
                                    OperatorRow.word(ask.role())));
        }
        String secret = Secrets.newToken(Secrets.OPERATOR_PREFIX);
        try {
            return jdbi.inTransaction(handle -> {
                makeRoom(handle, operator);
                long id = insert(handle, operator, ask, secret);
                Token made =
                        handle.createQuery(SELECT + "WHERE t.id = :id")
                                .bind("id", id)
                                .map((row, context) -> read(row, secret))
                                .one();
                witness.record(handle, operator, "token.create", "token:" + id, scopeOf(made));
                return made;
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
            witness.record(handle, operator, "token.revoke", "token:" + id, null);
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    /**
     * Revokes all of one operator, dead on this node when this returns.
     *
     * @throws Problem {@code operator_unknown}
     */
    void revokeAll(Caller caller, String operator) {
        jdbi.useTransaction(handle -> {
            lock(handle, operator);
            int gone = handle.execute("DELETE FROM operator_token WHERE operator = ?", operator);
            witness.record(
                    handle, caller, "token.revoke-all", "operator:" + operator, gone + " tokens");
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    private void makeRoom(Handle handle, Caller.Operator operator) {
        lock(handle, operator.name());
        handle.createUpdate(
                        "DELETE FROM operator_token WHERE operator = :operator AND expires_at <= UTC_TIMESTAMP(6)")
                .bind("operator", operator.name())
                .execute();
        int live =
                handle.createQuery("SELECT COUNT(*) FROM operator_token WHERE operator = :operator")
                        .bind("operator", operator.name())
                        .mapTo(Integer.class)
                        .one();
        if (live >= configuration.tokensPerOperator()) {
            throw new Problem(
                    ProblemCode.TOKEN_LIMIT,
                    "wanted fewer than %d live tokens, found %d: revoke one first"
                            .formatted(configuration.tokensPerOperator(), live));
        }
    }

    /** Two that are made at once must not both find room. */
    private static void lock(Handle handle, String operator) {
        boolean there =
                handle.createQuery("SELECT name FROM operator WHERE name = :name FOR UPDATE")
                        .bind("name", operator)
                        .mapTo(String.class)
                        .findOne()
                        .isPresent();
        if (!there) {
            throw Operators.unknown();
        }
    }

    private static long insert(
            Handle handle, Caller.Operator operator, TokenAsk ask, String secret) {
        return handle.createUpdate(
                        """
                        INSERT INTO operator_token (operator, name, role, tags, token_hash, created_at, expires_at)
                        VALUES (:operator, :name, :role, :tags, :hash, UTC_TIMESTAMP(6),
                                UTC_TIMESTAMP(6) + INTERVAL :lifetime SECOND)
                        """)
                .bind("operator", operator.name())
                .bind("name", ask.name())
                .bind("role", ask.role() == null ? null : OperatorRow.word(ask.role()))
                .bind("tags", OperatorRow.column(ask.tags()))
                .bind("hash", Secrets.hash(secret))
                .bind("lifetime", ask.lifetime() == null ? LIFETIME.toSeconds() : ask.lifetime())
                .executeAndReturnGeneratedKeys("id")
                .mapTo(Long.class)
                .one();
    }

    private static String scopeOf(Token token) {
        return "%s as %s%s"
                .formatted(
                        token.name(),
                        OperatorRow.word(token.role()),
                        token.tags().isEmpty() ? "" : " within " + String.join(" ", token.tags()));
    }

    private static Token read(ResultSet row, @Nullable String secret) throws SQLException {
        return new Token(
                row.getLong("id"),
                row.getString("name"),
                TokenRow.narrower(
                        OperatorRow.role(row.getString("role")), row.getString("token_role")),
                OperatorRow.tags(row.getString("tags")),
                UtcTime.read(row, "created_at"),
                UtcTime.read(row, "expires_at"),
                UtcTime.readOrNull(row, "last_used_at"),
                secret);
    }
}
