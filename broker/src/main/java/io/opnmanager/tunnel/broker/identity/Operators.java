package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Operator;
import io.opnmanager.tunnel.contract.operator.OperatorAsk;
import io.opnmanager.tunnel.contract.operator.Role;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The table {@code operator}. Every call blocks. */
@ApplicationScoped
class Operators {

    private static final String DONE = "done";
    private static final int ATTEMPTS = 5;

    private final Jdbi jdbi;
    private final Passwords passwords;
    private final Witness witness;
    private final KnownOperators known;
    private final Event<OperatorRemoved> removed;

    Operators(
            Jdbi jdbi,
            Passwords passwords,
            Witness witness,
            KnownOperators known,
            Event<OperatorRemoved> removed) {
        this.jdbi = jdbi;
        this.passwords = passwords;
        this.witness = witness;
        this.known = known;
        this.removed = removed;
    }

    /** All by name. */
    List<Operator> list() {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT name, role, created_at FROM operator ORDER BY name")
                        .map((row, context) -> read(row))
                        .list());
    }

    /**
     * Makes one.
     *
     * @throws Problem {@code operator_exists}
     */
    Operator create(Caller caller, OperatorAsk ask) {
        String hash = passwords.hash(ask.password());
        try {
            Operator made =
                    jdbi.inTransaction(handle -> {
                        handle.createUpdate(
                                        """
                                        INSERT INTO operator (name, role, password_hash, created_at)
                                        VALUES (:name, :role, :hash, UTC_TIMESTAMP(6))
                                        """)
                                .bind("name", ask.name())
                                .bind("role", word(ask.role()))
                                .bind("hash", hash)
                                .execute();
                        witness.record(
                                handle,
                                caller,
                                "operator.create",
                                "operator:" + ask.name(),
                                DONE,
                                word(ask.role()));
                        return handle.createQuery(
                                        "SELECT name, role, created_at FROM operator WHERE name = :name")
                                .bind("name", ask.name())
                                .map((row, context) -> read(row))
                                .one();
                    });
            // That there is none of this name may be remembered.
            known.forget(ask.name());
            return made;
        } catch (UnableToExecuteStatementException e) {
            if (Database.isDuplicateKey(e)) {
                throw new Problem(
                        ProblemCode.OPERATOR_EXISTS,
                        "wanted a name of its own, found another operator called " + ask.name());
            }
            throw e;
        }
    }

    /**
     * Removes one with all tokens, dead when this returns, and fires {@link OperatorRemoved}.
     *
     * @throws Problem {@code operator_unknown}, {@code last_administrator}
     */
    void remove(Caller caller, String name) {
        jdbi.useTransaction(handle -> {
            // All of them are locked: of two that remove each other the second waits and sees.
            List<String> administrators =
                    handle.createQuery(
                                    "SELECT name FROM operator WHERE role = 'administrator' ORDER BY name FOR UPDATE")
                            .mapTo(String.class)
                            .list();
            if (administrators.equals(List.of(name))) {
                throw new Problem(
                        ProblemCode.LAST_ADMINISTRATOR,
                        "wanted another administrator to stay, found only " + name);
            }
            int gone =
                    handle.createUpdate("DELETE FROM operator WHERE name = :name")
                            .bind("name", name)
                            .execute();
            if (gone == 0) {
                throw new Problem(
                        ProblemCode.OPERATOR_UNKNOWN, "there is no operator of this name");
            }
            witness.record(handle, caller, "operator.remove", "operator:" + name, DONE, null);
        });
        known.forget(name);
        removed.fire(new OperatorRemoved(name));
    }

    /** Inserts the first one, unless there is any by then; says whether it did. */
    boolean createFirst(String name, String hash) {
        for (int attempt = 1; ; attempt++) {
            try {
                return insertFirst(name, hash);
            } catch (UnableToExecuteStatementException e) {
                // Two nodes that insert at the same moment may be in each other's way.
                if (!Database.isRolledBack(e) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private boolean insertFirst(String name, String hash) {
        return jdbi.inTransaction(handle -> {
            int made =
                    handle.createUpdate(
                                    """
                                    INSERT IGNORE INTO operator (name, role, password_hash, created_at)
                                    SELECT :name, 'administrator', :hash, UTC_TIMESTAMP(6) FROM DUAL
                                    WHERE NOT EXISTS (SELECT 1 FROM operator)
                                    """)
                            .bind("name", name)
                            .bind("hash", hash)
                            .execute();
            if (made == 1) {
                witness.record(
                        handle,
                        new Caller.Node("first-start"),
                        "operator.create",
                        "operator:" + name,
                        DONE,
                        "administrator");
            }
            return made == 1;
        });
    }

    boolean isEmpty() {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT NOT EXISTS (SELECT 1 FROM operator)")
                        .mapTo(Boolean.class)
                        .one());
    }

    /** What a sign-in is compared with, null when there is nobody of this name. */
    static @Nullable Credential credential(Handle handle, String name) {
        return handle.createQuery(
                        "SELECT name, role, password_hash FROM operator WHERE name = :name")
                .bind("name", name)
                .map((row, context) ->
                        new Credential(
                                new Caller.Operator(
                                        row.getString("name"),
                                        role(row.getString("role")),
                                        Reach.ALL),
                                row.getString("password_hash")))
                .findOne()
                .orElse(null);
    }

    /** The role of a word of the column. */
    static Role role(String word) {
        return Role.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static String word(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private static Operator read(ResultSet row) throws SQLException {
        return new Operator(
                row.getString("name"),
                role(row.getString("role")),
                UtcTime.read(row, "created_at"));
    }

    /**
     * Who it would be, and the hash of their password.
     *
     * @param hash in the PHC string format
     */
    record Credential(Caller.Operator operator, String hash) {

        /** Without the hash: this record may appear in a log. */
        @Override
        public String toString() {
            return "Credential[operator=" + operator + "]";
        }
    }
}
