package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Confirms and changes passwords. Every call blocks. */
@ApplicationScoped
class PasswordChanges {

    private final Jdbi jdbi;
    private final Passwords passwords;
    private final OperatorSignIn signIn;
    private final Witness witness;
    private final OperatorRights rights;

    PasswordChanges(
            Jdbi jdbi,
            Passwords passwords,
            OperatorSignIn signIn,
            Witness witness,
            OperatorRights rights) {
        this.jdbi = jdbi;
        this.passwords = passwords;
        this.signIn = signIn;
        this.witness = witness;
        this.rights = rights;
    }

    /**
     * Has an operator who is signed in confirm it by the password.
     *
     * @throws Problem {@code wrong_password}, {@code no_password}, {@code too_many_requests}
     */
    KnownOperator confirm(Caller.Operator operator, String password, @Nullable String address) {
        KnownOperator now = jdbi.withHandle(handle -> KnownOperator.read(handle, operator.name()));
        if (now != null && now.hash() == null) {
            throw new Problem(
                    ProblemCode.NO_PASSWORD, "wanted an operator with a password, found none");
        }
        try {
            return signIn.withPassword(operator.name(), password, address);
        } catch (Problem problem) {
            // Not a 401: the caller is signed in and stays so.
            throw problem.code() == ProblemCode.NOT_AUTHENTICATED
                    ? new Problem(ProblemCode.WRONG_PASSWORD, "wanted the own password")
                    : problem;
        }
    }

    /**
     * Changes the own password; all other sign-ins end.
     *
     * @throws Problem {@code wrong_password}, {@code no_password}, {@code too_many_requests}
     */
    void change(Admitted caller, String current, String password, @Nullable String address) {
        KnownOperator before = confirm(caller.operator(), current, address);
        String hash = passwords.hash(password);
        jdbi.useTransaction(handle -> {
            int changed =
                    handle.createUpdate(
                                    "UPDATE operator SET password_hash = :hash WHERE name = :name AND password_hash = :before")
                            .bind("name", caller.operator().name())
                            .bind("hash", hash)
                            .bind("before", before.hash())
                            .execute();
            if (changed == 0) {
                throw new Problem(
                        ProblemCode.WRONG_PASSWORD, "the password was changed in the meantime");
            }
            SignIns.endAllBut(handle, caller.operator().name(), caller.credential().signIn());
            witness.record(handle, caller.operator(), "password.change", null, null);
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    /**
     * Gives an operator a password, whether or not there was one; all sign-ins end.
     *
     * @throws Problem {@code operator_unknown}
     */
    void reset(Caller caller, String operator, String password) {
        String hash = passwords.hash(password);
        jdbi.useTransaction(handle -> {
            int changed =
                    handle.createUpdate(
                                    "UPDATE operator SET password_hash = :hash WHERE name = :name")
                            .bind("name", operator)
                            .bind("hash", hash)
                            .execute();
            if (changed == 0) {
                throw Operators.unknown();
            }
            SignIns.endAllBut(handle, operator, null);
            witness.record(handle, caller, "password.reset", "operator:" + operator, null);
            OperatorRights.count(handle);
        });
        rights.changed();
    }
}
