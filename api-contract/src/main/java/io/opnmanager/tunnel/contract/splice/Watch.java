package io.opnmanager.tunnel.contract.splice;

/** What somebody wants to know of a {@link Splice}. Called from several threads; may not wait. */
public interface Watch {

    /** Bytes came over the line. */
    void received(int bytes);

    /** Bytes go over the line. */
    void sent(int bytes);

    /** It has ended; told once. */
    void ended();
}
