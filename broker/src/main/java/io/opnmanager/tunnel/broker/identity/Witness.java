package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.ProblemCode;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Who writes down what is done with operators and their tokens: the audit, one floor up. */
public interface Witness {

    /** Notes an act that is done, in the transaction that does it: both are there or neither. */
    void record(
            Handle handle,
            Caller caller,
            String action,
            @Nullable String subject,
            @Nullable String detail);

    /**
     * Notes a refused sign-in, later and not all of a flood. Never waits.
     *
     * @param claimed who it claimed to be, null for a token
     * @param address where it came from
     */
    void signInRefused(@Nullable String claimed, @Nullable String address, ProblemCode code);
}
