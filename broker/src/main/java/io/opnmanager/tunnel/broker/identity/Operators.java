package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Operator;
import io.opnmanager.tunnel.contract.operator.OperatorAsk;
import io.opnmanager.tunnel.contract.operator.OperatorChange;
import io.opnmanager.tunnel.contract.operator.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** The table {@code operator}. Every call blocks. */
@ApplicationScoped
class Operators {

    private static final int ATTEMPTS = 5;

    private final Jdbi jdbi;
    private final Passwords passwords;
    private final Witness witness;
    private final OperatorRights rights;

    Operators(Jdbi jdbi, Passwords passwords, Witness witness, OperatorRights rights) {
        this.jdbi = jdbi;
        this.passwords = passwords;
        this.witness = witness;
        this.rights = rights;
    }

    /** All by name. */
    List<Operator> list() {
        return jdbi.withHandle(handle ->
                handle.createQuery(OperatorRow.SELECT + "ORDER BY o.name")
                        .map((row, context) -> OperatorRow.read(row))
                        .list());
    }

    /**
     * Makes one.
     *
     * @throws Problem {@code operator_exists}, {@code certificate_name_exists}
     */
    Operator create(Caller caller, OperatorAsk ask) {
        String hash = ask.password() == null ? null : passwords.hash(ask.password());
        Operator made;
        try {
            made =
                    jdbi.inTransaction(handle -> {
                        handle.createUpdate(
                                        """
                                        INSERT INTO operator (name, role, tags, password_hash, created_at)
                                        VALUES (:name, :role, :tags, :hash, UTC_TIMESTAMP(6))
                                        """)
                                .bind("name", ask.name())
                                .bind("role", OperatorRow.word(ask.role()))
                                .bind("tags", OperatorRow.column(ask.tags()))
                                .bind("hash", hash)
                                .execute();
                        nameCertificates(handle, ask.name(), ask.certificateNames());
                        Operator operator = find(handle, ask.name());
                        witness.record(
                                handle,
                                caller,
                                "operator.create",
                                "operator:" + ask.name(),
                                rightsOf(operator));
                        OperatorRights.count(handle);
                        return operator;
                    });
        } catch (UnableToExecuteStatementException e) {
            if (Database.isDuplicateKey(e)) {
                throw new Problem(
                        ProblemCode.OPERATOR_EXISTS,
                        "wanted a name of its own, found another operator called " + ask.name());
            }
            throw e;
        }
        rights.changed();
        return made;
    }

    /**
     * Changes what one may do, and which certificates are theirs; counts when this returns.
     *
     * @throws Problem {@code operator_unknown}, {@code last_administrator}, {@code
     *     certificate_name_exists}
     */
    Operator change(Caller caller, String name, OperatorChange change) {
        Operator changed =
                jdbi.inTransaction(handle -> {
                    List<String> administrators = lockAdministrators(handle);
                    Operator before = find(handle, name);
                    boolean stays =
                            change.role() == Role.ADMINISTRATOR
                                    && OperatorRow.column(change.tags()).isEmpty();
                    if (!stays) {
                        refuseLast(administrators, name);
                    }
                    handle.createUpdate(
                                    "UPDATE operator SET role = :role, tags = :tags WHERE name = :name")
                            .bind("name", name)
                            .bind("role", OperatorRow.word(change.role()))
                            .bind("tags", OperatorRow.column(change.tags()))
                            .execute();
                    handle.execute(
                            "DELETE FROM operator_certificate_name WHERE operator = ?", name);
                    nameCertificates(handle, name, change.certificateNames());
                    Operator operator = find(handle, name);
                    if (!operator.certificateNames().equals(before.certificateNames())) {
                        handle.execute(
                                "DELETE FROM sign_in WHERE operator = ? AND method = 'certificate'",
                                name);
                    }
                    witness.record(
                            handle,
                            caller,
                            "operator.change",
                            "operator:" + name,
                            "from " + rightsOf(before) + " to " + rightsOf(operator));
                    OperatorRights.count(handle);
                    return operator;
                });
        rights.changed();
        return changed;
    }

    /**
     * Removes one with all sign-ins and tokens, dead when this returns.
     *
     * @throws Problem {@code operator_unknown}, {@code last_administrator}
     */
    void remove(Caller caller, String name) {
        jdbi.useTransaction(handle -> {
            refuseLast(lockAdministrators(handle), name);
            find(handle, name);
            handle.execute("DELETE FROM operator WHERE name = ?", name);
            witness.record(handle, caller, "operator.remove", "operator:" + name, null);
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    /**
     * Those of whom one has to stay: local, because a provider of OpenID Connect may be away or
     * take its claims back, and without limits, because others cannot change operators. All of them
     * are locked: of two that remove each other the second waits and sees.
     */
    private static List<String> lockAdministrators(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT name FROM operator WHERE role = 'administrator' AND tags = '' AND origin = 'local'
                        ORDER BY name FOR UPDATE
                        """)
                .mapTo(String.class)
                .list();
    }

    private static void refuseLast(List<String> administrators, String name) {
        if (administrators.equals(List.of(name))) {
            throw new Problem(
                    ProblemCode.LAST_ADMINISTRATOR,
                    "wanted another local administrator without tags to stay, found only " + name);
        }
    }

    private static void nameCertificates(
            Handle handle, String operator, @Nullable List<String> names) {
        for (String name : names == null ? Set.<String>of() : new LinkedHashSet<>(names)) {
            try {
                handle.execute(
                        "INSERT INTO operator_certificate_name (name, operator) VALUES (?, ?)",
                        name,
                        operator);
            } catch (UnableToExecuteStatementException e) {
                if (Database.isDuplicateKey(e)) {
                    throw new Problem(
                            ProblemCode.CERTIFICATE_NAME_EXISTS,
                            "wanted names of certificates of its own, found another operator with "
                                    + name);
                }
                throw e;
            }
        }
    }

    private static Operator find(Handle handle, String name) {
        return handle.createQuery(OperatorRow.SELECT + "WHERE o.name = :name")
                .bind("name", name)
                .map((row, context) -> OperatorRow.read(row))
                .findOne()
                .orElseThrow(Operators::unknown);
    }

    static Problem unknown() {
        return new Problem(ProblemCode.OPERATOR_UNKNOWN, "there is no operator of this name");
    }

    /** For the audit. */
    private static String rightsOf(Operator operator) {
        return OperatorRow.word(operator.role())
                + (operator.tags().isEmpty() ? "" : " within " + String.join(" ", operator.tags()))
                + (operator.certificateNames().isEmpty()
                        ? ""
                        : ", certificates " + String.join(", ", operator.certificateNames()));
    }

    /** Inserts the first one, unless there is any by then; says whether it did. */
    boolean createFirst(String name, String hash) {
        for (int attempt = 1; ; attempt++) {
            try {
                boolean made = insertFirst(name, hash);
                rights.changed();
                return made;
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
                        "administrator");
                OperatorRights.count(handle);
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
}
