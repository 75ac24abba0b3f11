package io.opnmanager.tunnel.contract.splice;

/** What a {@link Loop} turns to. Called in its thread, which must not wait. */
public interface Member {

    /** Its socket can be read or written. */
    void ready();

    /**
     * A second has gone by.
     *
     * @param now as {@link System#nanoTime} says it
     */
    void sweep(long now);

    /** Its loop ends. */
    void close();
}
