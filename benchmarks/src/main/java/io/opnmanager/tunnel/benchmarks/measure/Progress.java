package io.opnmanager.tunnel.benchmarks.measure;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Lines for the person who waits: since when, which experiment, what now. */
public final class Progress {

    private final PrintStream out;
    private final long begin = System.nanoTime();
    private String experiment = "";

    /** From now on. */
    public Progress(PrintStream out) {
        this.out = out;
    }

    /** The experiment that is worked on from now on. */
    public void begin(String name) {
        experiment = name;
    }

    /** What is done now. */
    public void say(String what) {
        Duration since = Duration.ofNanos(System.nanoTime() - begin);
        out.printf(
                Locale.ROOT,
                "%3d:%02d  %-22s %s%n",
                since.toMinutes(),
                since.toSecondsPart(),
                experiment,
                what);
        out.flush();
    }
}
