package io.opnmanager.tunnel.benchmarks.measure;

/**
 * One question and how it is answered. Stateless: whatever it starts, it owns and ends in {@link
 * #run}, unless it is {@link Shared}.
 */
public interface Experiment {

    /** Lower case with hyphens: chosen by {@code --only}, names its result. */
    String name();

    /** What it answers, for the document: one sentence. */
    String question();

    /** Whether what others have {@link Shared started} is ended before it. */
    default boolean alone() {
        return false;
    }

    /**
     * Takes its figures.
     *
     * @throws Exception when it cannot; the others go on and the run ends with 1
     */
    void run(Bench bench) throws Exception;
}
