package io.opnmanager.tunnel.benchmarks.measure;

/**
 * One of those that are measured in turns.
 *
 * @param name {@link Figure#OURS}, or the peer's, for example {@code openssh}
 * @param turn measures it once
 */
public record Contender(String name, Turn turn) {

    /** One turn of one contender: it records what it measured, each figure once. */
    @FunctionalInterface
    public interface Turn {
        /** Measures. */
        void take(Sheet sheet) throws Exception;
    }

    /** Where a turn writes to. */
    @FunctionalInterface
    public interface Sheet {
        /** Notes a sample of a figure. */
        void note(Figure figure, double value);
    }
}
