package io.opnmanager.tunnel.broker.identity;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * Operators whom a provider of OpenID Connect vouches for: rows of {@code operator} that are made
 * at the first sign-in, found by issuer and subject alone, and follow the provider at each further
 * one: they are here as long as they have rights there. Every call blocks.
 */
@ApplicationScoped
class OpenIdOperators {

    private final Jdbi jdbi;
    private final Witness witness;
    private final OperatorRights rights;
    private final Operators operators;
    private final OpenIdConfiguration keys;

    OpenIdOperators(
            Jdbi jdbi,
            Witness witness,
            OperatorRights rights,
            Operators operators,
            OpenIdConfiguration keys) {
        this.jdbi = jdbi;
        this.witness = witness;
        this.rights = rights;
        this.operators = operators;
        this.keys = keys;
    }

    /**
     * Whose operator somebody is, with role and tags as the provider says them now; makes one who
     * comes for the first time, and removes one who has no rights there any more.
     *
     * @throws Refused when somebody is nobody here
     */
    KnownOperator admit(JsonNode claims) {
        OpenIdUser user;
        try {
            user = OpenIdUser.of(claims, keys);
        } catch (Refused refused) {
            if (refused.why() == OpenIdRefusal.NO_ROLE || refused.why() == OpenIdRefusal.NO_TAGS) {
                withdraw(OpenIdUser.Account.of(claims));
            }
            throw refused;
        }
        Admission admission;
        try {
            admission = jdbi.inTransaction(handle -> admit(handle, user));
        } catch (UnableToExecuteStatementException e) {
            if (!Database.isDuplicateKey(e)) {
                throw e;
            }
            // Of two first visits at once the other one has made the row, or the name is taken.
            admission =
                    jdbi.inTransaction(handle ->
                                    find(handle, user.account())
                                            .map(row -> follow(handle, row, user)))
                            .orElseThrow(() -> taken(user));
        }
        if (admission.changed()) {
            rights.changed();
        }
        String name = admission.name();
        KnownOperator operator = jdbi.withHandle(handle -> KnownOperator.read(handle, name));
        if (operator == null) {
            throw new Refused(OpenIdRefusal.FAILED, "the operator was removed in the meantime");
        }
        return operator;
    }

    /** Sign-ins, tokens and open requests of somebody must not outlive their rights. */
    private void withdraw(OpenIdUser.Account account) {
        Optional<Row> row = jdbi.inTransaction(handle -> find(handle, account));
        if (row.isEmpty()) {
            return;
        }
        String name = row.get().name();
        try {
            operators.remove(new Caller.Operator(name, row.get().role(), Reach.ALL), name);
        } catch (Problem e) {
            if (e.code() != ProblemCode.OPERATOR_UNKNOWN) {
                throw e;
            }
            // Another visit was quicker.
        }
    }

    private Admission admit(Handle handle, OpenIdUser user) {
        Optional<Row> row = find(handle, user.account());
        return row.isPresent() ? follow(handle, row.get(), user) : make(handle, user);
    }

    /** The row is locked: what two sign-ins change comes one after the other. */
    private static Optional<Row> find(Handle handle, OpenIdUser.Account account) {
        return handle.createQuery(
                        """
                        SELECT name, role, tags FROM operator
                        WHERE openid_issuer = :issuer AND openid_subject = :subject FOR UPDATE
                        """)
                .bind("issuer", account.issuer())
                .bind("subject", account.subject())
                .map((row, context) ->
                        new Row(
                                row.getString("name"),
                                OperatorRow.role(row.getString("role")),
                                row.getString("tags")))
                .findOne();
    }

    private Admission follow(Handle handle, Row row, OpenIdUser user) {
        String tags = OperatorRow.column(user.tags());
        if (row.role() == user.role() && row.tags().equals(tags)) {
            return new Admission(row.name(), false);
        }
        handle.createUpdate("UPDATE operator SET role = :role, tags = :tags WHERE name = :name")
                .bind("name", row.name())
                .bind("role", OperatorRow.word(user.role()))
                .bind("tags", tags)
                .execute();
        witness.record(
                handle,
                caller(row.name(), user),
                "operator.change",
                "operator:" + row.name(),
                "by OpenID Connect from "
                        + rights(row.role(), row.tags())
                        + " to "
                        + rights(user.role(), tags));
        OperatorRights.count(handle);
        return new Admission(row.name(), true);
    }

    private Admission make(Handle handle, OpenIdUser user) {
        String tags = OperatorRow.column(user.tags());
        handle.createUpdate(
                        """
                        INSERT INTO operator (name, role, tags, origin, openid_issuer, openid_subject, created_at)
                        VALUES (:name, :role, :tags, 'openid', :issuer, :subject, UTC_TIMESTAMP(6))
                        """)
                .bind("name", user.name())
                .bind("role", OperatorRow.word(user.role()))
                .bind("tags", tags)
                .bind("issuer", user.account().issuer())
                .bind("subject", user.account().subject())
                .execute();
        witness.record(
                handle,
                caller(user.name(), user),
                "operator.create",
                "operator:" + user.name(),
                "by OpenID Connect " + rights(user.role(), tags));
        OperatorRights.count(handle);
        return new Admission(user.name(), true);
    }

    private static Caller.Operator caller(String name, OpenIdUser user) {
        return new Caller.Operator(name, user.role(), Reach.ALL);
    }

    /** For the audit. */
    private static String rights(Role role, String tags) {
        return OperatorRow.word(role) + (tags.isEmpty() ? "" : " within " + tags);
    }

    private static Refused taken(OpenIdUser user) {
        return new Refused(
                OpenIdRefusal.NAME_TAKEN,
                "the name " + user.name() + " belongs to another operator");
    }

    private record Row(String name, Role role, String tags) {}

    private record Admission(String name, boolean changed) {}
}
