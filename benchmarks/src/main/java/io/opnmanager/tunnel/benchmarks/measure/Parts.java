package io.opnmanager.tunnel.benchmarks.measure;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What was started, to be ended in the opposite order. One thread owns it. */
public final class Parts implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Consumer<String> told;

    /**
     * None yet.
     *
     * @param told is told of what could not be ended
     */
    public Parts(Consumer<String> told) {
        this.told = told;
    }

    /** Keeps a part. */
    public <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                told.accept("could not be ended: " + e.getMessage());
            }
        }
    }
}
