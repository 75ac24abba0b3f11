package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.contract.EndReason;
import org.jspecify.annotations.Nullable;

/** How things stand with a session's host. */
public sealed interface Standing {

    /** It is a session of this node, pending or active. */
    record Live(LiveSession session) implements Standing {}

    /**
     * Its session is over, and it will never be another's.
     *
     * @param request the request that it was of
     * @param firewall whose page it was
     * @param reason why it ended
     */
    record Ended(long request, long firewall, @Nullable EndReason reason) implements Standing {}

    /** Its session is live on another node. */
    record Elsewhere(long request) implements Standing {}

    /** There is no such host. */
    record Unknown() implements Standing {}
}
