package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import io.opnmanager.tunnel.contract.operator.SignedIn;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Sign-ins of the console: the table {@code sign_in}. Each begins with a cookie of its own, so one
 * that somebody planted before is worth nothing. Every call blocks.
 */
@ApplicationScoped
class SignIns {

    private static final Logger LOG = Logger.getLogger(SignIns.class);

    private final Jdbi jdbi;
    private final Witness witness;
    private final OperatorRights rights;
    private final KnownOperators known;
    private final SignInConfiguration configuration;

    SignIns(
            Jdbi jdbi,
            Witness witness,
            OperatorRights rights,
            KnownOperators known,
            SignInConfiguration configuration) {
        this.jdbi = jdbi;
        this.witness = witness;
        this.rights = rights;
        this.known = known;
        this.configuration = configuration;
    }

    /**
     * Begins one for an operator who has shown who they are, by whatever method. The oldest ends
     * when there are too many.
     *
     * @param operator as it was when the credential was looked at: when password or second factor
     *     have changed since, nobody is signed in
     * @param address where from, for the operator to see
     * @param before the cookie this browser had, whose sign-in ends
     * @return who is signed in, and the {@code Set-Cookie} header
     * @throws Problem {@code not_authenticated} when there is no such operator any more
     */
    Begun begin(
            KnownOperator operator,
            SignInMethod method,
            @Nullable String address,
            SignInCookie.Found before) {
        String cookie = SignInCookie.newValue();
        byte[] hash = Secrets.hash(cookie);
        boolean ended =
                jdbi.inTransaction(handle -> {
                    refuseChanged(handle, operator);
                    boolean replaced = endReplaced(handle, before);
                    boolean pushedOut = makeRoom(handle, operator.operator().name());
                    insert(handle, operator.operator().name(), hash, method, address);
                    witness.record(
                            handle, operator.operator(), "sign-in.begin", null, word(method));
                    if (replaced || pushedOut) {
                        OperatorRights.count(handle);
                    }
                    return replaced || pushedOut;
                });
        if (ended) {
            rights.changed();
        }
        Admitted admitted = known.signIn(hash, false);
        if (admitted == null) {
            throw new Problem(
                    ProblemCode.NOT_AUTHENTICATED, "the sign-in was ended while it was begun");
        }
        return new Begun(admitted, SignInCookie.set(cookie));
    }

    /** Who is let in, for the contract. */
    SignedIn describe(Admitted admitted) {
        Caller.Operator operator = admitted.operator();
        KnownOperator row = known.name(operator.name());
        List<Set<String>> limits = operator.reach().limits();
        return new SignedIn(
                operator.name(),
                operator.role(),
                limits.isEmpty() ? List.of() : limits.getLast().stream().sorted().toList(),
                row != null && row.secondFactor(),
                admitted.credential().method(),
                admitted.credential().expiresAt(),
                admitted.credential().idleExpiresAt());
    }

    /** Ends one, on this node at once. */
    void end(Caller.Operator caller, long signIn) {
        jdbi.useTransaction(handle -> {
            int gone =
                    handle.execute(
                            "DELETE FROM sign_in WHERE id = ? AND operator = ?",
                            signIn,
                            caller.name());
            if (gone > 0) {
                witness.record(handle, caller, "sign-in.end", null, null);
                OperatorRights.count(handle);
            }
        });
        rights.changed();
    }

    /**
     * Ends all of an operator, on this node at once.
     *
     * @throws Problem {@code operator_unknown}
     */
    void endAll(Caller caller, String operator) {
        jdbi.useTransaction(handle -> {
            if (KnownOperator.read(handle, operator) == null) {
                throw Operators.unknown();
            }
            int gone = endAllBut(handle, operator, null);
            handle.execute(
                    "UPDATE operator SET signed_out_everywhere = signed_out_everywhere + 1 WHERE name = ?",
                    operator);
            witness.record(
                    handle, caller, "sign-in.end-all", "operator:" + operator, gone + " sign-ins");
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    /**
     * Ends all of an operator but one, in the caller's transaction, which has to {@link
     * OperatorRights#count}; says how many.
     *
     * @param stays the number of the one that stays, null for none
     */
    static int endAllBut(Handle handle, String operator, @Nullable Long stays) {
        return handle.createUpdate(
                        "DELETE FROM sign_in WHERE operator = :operator AND NOT id <=> :stays")
                .bind("operator", operator)
                .bind("stays", stays)
                .execute();
    }

    /** Nobody waits for it: what is over is not found any more, deleted or not. */
    @Scheduled(every = "60s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void sweep() {
        try {
            jdbi.useHandle(handle -> {
                handle.execute(
                        "DELETE FROM sign_in WHERE expires_at <= UTC_TIMESTAMP(6) LIMIT 1000");
                handle.execute(
                        "DELETE FROM sign_in WHERE last_used_at <= UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND LIMIT 1000",
                        SignInRow.microseconds(configuration.idle()));
            });
        } catch (JdbiException e) {
            LOG.debug("sign-ins that are over could not be deleted", e);
        }
    }

    /**
     * Locks the operator's row: what ends sign-ins of theirs comes before or after, not between.
     */
    private static void refuseChanged(Handle handle, KnownOperator operator) {
        String name = operator.operator().name();
        handle.execute(
                "UPDATE operator SET last_sign_in_at = UTC_TIMESTAMP(6) WHERE name = ?", name);
        KnownOperator now = KnownOperator.read(handle, name);
        if (now == null
                || !Objects.equals(now.hash(), operator.hash())
                || now.secondFactor() != operator.secondFactor()) {
            throw new Problem(
                    ProblemCode.NOT_AUTHENTICATED,
                    "the operator was changed in the meantime: sign in again");
        }
    }

    private static boolean endReplaced(Handle handle, SignInCookie.Found before) {
        return switch (before) {
            case SignInCookie.Absent _, SignInCookie.Unreadable _ -> false;
            case SignInCookie.Value cookie ->
                    handle.createUpdate("DELETE FROM sign_in WHERE cookie_hash = :hash")
                                    .bind("hash", cookie.hash())
                                    .execute()
                            > 0;
        };
    }

    private boolean makeRoom(Handle handle, String operator) {
        int live =
                handle.createQuery("SELECT COUNT(*) FROM sign_in WHERE operator = :operator")
                        .bind("operator", operator)
                        .mapTo(Integer.class)
                        .one();
        int tooMany = live + 1 - configuration.perOperator();
        return tooMany > 0
                && handle.execute(
                                "DELETE FROM sign_in WHERE operator = ? ORDER BY id LIMIT ?",
                                operator,
                                tooMany)
                        > 0;
    }

    private void insert(
            Handle handle,
            String operator,
            byte[] hash,
            SignInMethod method,
            @Nullable String address) {
        handle.createUpdate(
                        """
                        INSERT INTO sign_in (cookie_hash, operator, method, address, created_at, last_used_at, expires_at)
                        VALUES (:hash, :operator, :method, :address, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6),
                                UTC_TIMESTAMP(6) + INTERVAL :lifetime MICROSECOND)
                        """)
                .bind("hash", hash)
                .bind("operator", operator)
                .bind("method", word(method))
                .bind("address", address)
                .bind("lifetime", SignInRow.microseconds(configuration.lifetime()))
                .execute();
    }

    private static String word(SignInMethod method) {
        return method.name().toLowerCase(Locale.ROOT);
    }

    /**
     * A sign-in that has just begun.
     *
     * @param admitted who it is
     * @param setCookie the header that hands out its cookie
     */
    record Begun(Admitted admitted, String setCookie) {

        /** Without the cookie: this record may appear in a log. */
        @Override
        public String toString() {
            return "Begun[admitted=" + admitted + "]";
        }
    }
}
