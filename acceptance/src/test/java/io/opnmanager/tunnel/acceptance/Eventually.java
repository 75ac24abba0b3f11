package io.opnmanager.tunnel.acceptance;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.awaitility.core.ThrowingRunnable;

/**
 * Assertions that may take their time, and how long each is given. A bound costs nothing while all
 * is well. It is what was promised and what a busy machine may take on top, where a thread may not
 * run for seconds; and it is less than what would mend a fault all the same: keepalives after 15 s,
 * a held answer after as many.
 */
final class Eventually {

    /** For listeners, sessions and ports of an ended request: 2 s are promised. */
    static final Duration GONE = Duration.ofSeconds(8);

    /** For what follows at once. */
    static final Duration SOON = Duration.ofSeconds(12);

    /** For a check-in that is triggered, and what follows from it. */
    static final Duration TOLD = Duration.ofSeconds(40);

    private Eventually() {}

    static void within(Duration limit, ThrowingRunnable assertion) {
        await().atMost(limit).pollInterval(Duration.ofMillis(25)).untilAsserted(assertion);
    }
}
