package io.opnmanager.tunnel.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Tells a person, step by step, what is being done and how long it took; keeps it for JSON. */
final class Progress {

    private static final double NANOS_PER_MS = 1e6;

    private final PrintStream out;
    private final boolean silent;
    private final ObjectNode result = OperatorClient.object();
    private final ArrayNode steps = result.putArray("steps");
    private String current = "begin";

    Progress(PrintStream out, boolean silent) {
        this.out = out;
        this.silent = silent;
    }

    /** Does one step and says how long it took. */
    <T> T step(String what, Callable<T> work) throws Exception {
        current = what;
        if (!silent) {
            out.printf(Locale.ROOT, "%-56s ", what);
            out.flush();
        }
        long begin = System.nanoTime();
        T done = work.call();
        double ms = (System.nanoTime() - begin) / NANOS_PER_MS;
        if (!silent) {
            out.printf(Locale.ROOT, "%9.1f ms%n", ms);
        }
        note(what, ms);
        return done;
    }

    /** A step that answers nothing. */
    void step(String what, Work work) throws Exception {
        var _ =
                step(
                        what,
                        () -> {
                            work.run();
                            return true;
                        });
    }

    /** A time that was measured elsewhere. */
    void measured(String what, double ms) {
        if (!silent) {
            out.printf(Locale.ROOT, "%-56s %9.1f ms%n", what, ms);
        }
        note(what, ms);
    }

    private void note(String what, double ms) {
        steps.addObject().put("step", what).put("ms", rounded(ms));
    }

    static double rounded(double ms) {
        return Math.round(ms * 10) / 10.0;
    }

    /** A line for a person. */
    void say(String text) {
        if (!silent) {
            out.println(text);
        }
    }

    /** The step that was begun last: the one that failed, when one did. */
    String current() {
        return current;
    }

    /** Names what follows, for the case that it fails. */
    void at(String what) {
        current = what;
    }

    /** The whole of it, to be filled and printed. */
    ObjectNode result() {
        return result;
    }

    /** Something that is done. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }
}
