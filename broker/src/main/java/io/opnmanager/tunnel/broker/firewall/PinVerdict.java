package io.opnmanager.tunnel.broker.firewall;

/** What a shown certificate is, compared with the remembered one. */
public sealed interface PinVerdict {

    /** The first one seen: it is trusted from now on. */
    record Pinned() implements PinVerdict {}

    /** The trusted one. */
    record Matches() implements PinVerdict {}

    /**
     * Another one: the session must end, and an administrator may accept it.
     *
     * @param pinned SHA-256 of the trusted one, 64 lower-case hexadecimal digits
     */
    record Differs(String pinned) implements PinVerdict {}
}
