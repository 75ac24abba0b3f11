package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.identity.Witness;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Writes down who did what. An act and its entry belong into one transaction: give its {@code
 * Handle} where there is one. An entry that cannot be written fails the act.
 *
 * <p>Actions are {@code thing.verb}, subjects {@code thing:id}, results {@link #DONE} or the word
 * of a problem code.
 */
@ApplicationScoped
public class Audit implements Witness {

    /** The result of an act that was done. */
    public static final String DONE = "done";

    private static final int LONGEST_DETAIL = 500;
    private static final int LONGEST_NAME = 110;
    private static final int LONGEST_WORD = 64;

    private final Jdbi jdbi;
    private final CurrentCaller current;
    private final RefusalWriter refusals;

    Audit(Jdbi jdbi, CurrentCaller current, RefusalWriter refusals) {
        this.jdbi = jdbi;
        this.current = current;
        this.refusals = refusals;
    }

    /**
     * Writes one entry by itself; blocks. The address is that of the request in progress, if any.
     *
     * @param detail for a person, cut after 500 characters
     */
    public void record(
            Caller caller,
            String action,
            @Nullable String subject,
            String result,
            @Nullable String detail) {
        jdbi.useHandle(handle -> record(handle, caller, action, subject, result, detail));
    }

    @Override
    public void record(
            Handle handle,
            Caller caller,
            String action,
            @Nullable String subject,
            @Nullable String detail) {
        record(handle, caller, action, subject, DONE, detail);
    }

    /** Writes one entry in the caller's transaction: it is there when the act is, and only then. */
    public void record(
            Handle handle,
            Caller caller,
            String action,
            @Nullable String subject,
            String result,
            @Nullable String detail) {
        insert(
                handle,
                new Entry(caller.actor(), action, subject, current.address(), result, detail));
    }

    /** The same for an act that was done, and that came from somewhere else than the API. */
    public void done(
            Handle handle, Caller caller, @Nullable String address, String action, String subject) {
        insert(handle, new Entry(caller.actor(), action, subject, address, DONE, null));
    }

    /**
     * Notes an act that was refused, and that came from somewhere else than the API; later and not
     * all of a flood. Never waits.
     */
    public void refusedFrom(
            @Nullable String address,
            String actor,
            String action,
            String subject,
            ProblemCode code,
            @Nullable String detail) {
        refusals.add(new Entry(actor, action, subject, address, code.word(), detail));
    }

    /**
     * Notes an act that was refused, later and not all of a flood, so that nobody can fill the
     * table. Never waits.
     */
    public void refused(
            String actor,
            String action,
            @Nullable String subject,
            ProblemCode code,
            @Nullable String detail) {
        refusals.add(new Entry(actor, action, subject, current.address(), code.word(), detail));
    }

    @Override
    public void signInRefused(
            @Nullable String claimed, @Nullable String address, ProblemCode code) {
        String actor = claimed == null ? "unknown" : "operator:" + claimed;
        refusals.add(new Entry(actor, "sign-in", null, address, code.word(), null));
    }

    static void insert(Handle handle, Entry entry) {
        handle.createUpdate(
                        """
                        INSERT INTO audit (at, actor, action, subject, address, result, detail)
                        VALUES (UTC_TIMESTAMP(6), :actor, :action, :subject, :address, :result, :detail)
                        """)
                .bind("actor", cut(entry.actor(), LONGEST_NAME))
                .bind("action", cut(entry.action(), LONGEST_WORD))
                .bind("subject", cut(entry.subject(), LONGEST_NAME))
                .bind("address", cut(entry.address(), LONGEST_WORD))
                .bind("result", cut(entry.result(), LONGEST_WORD))
                .bind("detail", cut(entry.detail(), LONGEST_DETAIL))
                .execute();
    }

    /** By code points, so that no half of a pair is left over that the database would refuse. */
    private static @Nullable String cut(@Nullable String text, int longest) {
        if (text == null || text.codePointCount(0, text.length()) <= longest) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, longest));
    }

    /** What one row will hold, but its number and time. */
    record Entry(
            String actor,
            String action,
            @Nullable String subject,
            @Nullable String address,
            String result,
            @Nullable String detail) {}
}
