package io.opnmanager.tunnel.benchmarks.measure;

import java.io.IOException;
import java.time.Duration;

/**
 * Work until what it needs is compiled, which takes a JVM a second or half a minute: in bursts,
 * until the compilers have next to nothing to do in some of them.
 *
 * @param longest after this it ends in any case
 * @param compilers what they used of the processors
 */
record WarmUp(Duration longest, Spent compilers) {

    /** Long enough that a compiler that is at work is seen. */
    static final Duration BURST = Duration.ofMillis(500);

    /** Of a processor. What is left below it are single methods, late. */
    private static final double QUIET = 0.15;

    private static final int QUIET_BURSTS = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Processor time. */
    @FunctionalInterface
    interface Spent {
        /** Seconds since the last time it was asked. */
        double seconds() throws IOException;
    }

    /** Something to do for a burst. */
    @FunctionalInterface
    interface Burst {
        void go() throws Exception;
    }

    /** Does it once at least. */
    void with(Burst burst) throws Exception {
        long begin = System.nanoTime();
        int quiet = 0;
        do {
            long from = System.nanoTime();
            burst.go();
            double took = (System.nanoTime() - from) / NANOS_PER_SECOND;
            quiet = compilers.seconds() < QUIET * took ? quiet + 1 : 0;
        } while (quiet < QUIET_BURSTS && System.nanoTime() - begin < longest.toNanos());
    }
}
