package io.opnmanager.tunnel.benchmarks.measure;

import java.time.Duration;

/**
 * How long everything is measured.
 *
 * @param name as it is asked for
 * @param rounds over all contenders; a median wants five
 * @param sample how long one figure of one contender is taken in one round
 * @param warmUp how long what is compiled while it runs works before anything of it counts, at the
 *     longest: see {@link WarmUp}
 * @param soak how long the soak takes
 * @param agents enrolled and idle at one broker
 * @param tunnels live at the same time
 */
public record Scale(
        String name,
        int rounds,
        Duration sample,
        Duration warmUp,
        Duration soak,
        int agents,
        int tunnels) {

    /** What the documents tell: hours. */
    public static final Scale FULL =
            new Scale(
                    "full",
                    7,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    Duration.ofHours(1),
                    20_000,
                    1_000);

    /** The same questions in minutes, with more noise. */
    public static final Scale QUICK =
            new Scale(
                    "quick",
                    5,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(40),
                    1_000,
                    100);
}
