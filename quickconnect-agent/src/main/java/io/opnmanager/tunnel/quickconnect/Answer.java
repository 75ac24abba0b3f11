package io.opnmanager.tunnel.quickconnect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a check came out. */
sealed interface Answer {

    /**
     * The broker answered.
     *
     * @param hasRequests whether the agent shall check in
     */
    record Told(boolean hasRequests) implements Answer {}

    /**
     * The broker refuses this credential.
     *
     * @param detail what it said
     */
    record Refused(String detail) implements Answer {}

    /**
     * No answer that helps: not reachable, not trusted, busy, or broken.
     *
     * @param detail what was found
     * @param retryAfter what the broker asked to wait
     */
    record Away(String detail, @Nullable Duration retryAfter) implements Answer {}
}
