package io.opnmanager.tunnel.contract.agent;

/**
 * How the broker says, in the description of SSH's own disconnect message (RFC 4253 §11.1), why it
 * ended a line. An agent that finds one of these needs not ask; any other ending is a lost line.
 */
public final class LineEnd {

    /** The request has ended: nothing is left to dial for. */
    public static final String REQUEST_ENDED = "the request has ended";

    /**
     * Another connection with the same identity serves the request now: dialling again would only
     * throw that one out.
     */
    public static final String REPLACED = "replaced by a newer connection";

    private LineEnd() {}
}
