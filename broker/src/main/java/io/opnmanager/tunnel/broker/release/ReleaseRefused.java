package io.opnmanager.tunnel.broker.release;

/** A folder holds no release that can be believed; the message says why, without any path. */
final class ReleaseRefused extends Exception {

    private static final long serialVersionUID = 1;

    private final String because;

    ReleaseRefused(String because) {
        super(because);
        this.because = because;
    }

    String because() {
        return because;
    }
}
