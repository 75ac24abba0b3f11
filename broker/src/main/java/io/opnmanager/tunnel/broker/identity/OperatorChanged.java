package io.opnmanager.tunnel.broker.identity;

import org.jspecify.annotations.Nullable;

/**
 * What an operator may do has changed, or the operator was removed: what they hold open and may no
 * longer has to be closed. Fired on every node, after the change was committed: on the node that
 * made it before its answer is sent, in the thread of that call; on the others within about a
 * second, on a virtual thread. Not fired for a new operator, nor for a password or second factor.
 * An observer may block. One that fails is not asked again, so whoever must not miss a change also
 * compares with {@link OperatorRights} in a loop of its own.
 *
 * @param before what the operator might do until now, without the narrowing of any credential
 * @param now what the operator may do from now on, likewise; null when there is none any more
 */
public record OperatorChanged(Caller.Operator before, Caller.@Nullable Operator now) {

    /** The operator's name, which never changes. */
    public String name() {
        return before.name();
    }
}
