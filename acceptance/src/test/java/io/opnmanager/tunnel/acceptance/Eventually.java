package io.opnmanager.tunnel.acceptance;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.awaitility.core.ThrowingRunnable;

/** Assertions that may take their time, and how long each is given. */
final class Eventually {

    /** The broker's promise for listeners, sessions and ports of an ended request. */
    static final Duration GONE = Duration.ofSeconds(2);

    /** For a check-in that is triggered, and what follows from it. */
    static final Duration TOLD = Duration.ofSeconds(20);

    private Eventually() {}

    static void within(Duration limit, ThrowingRunnable assertion) {
        await().atMost(limit).pollInterval(Duration.ofMillis(25)).untilAsserted(assertion);
    }
}
