package io.opnmanager.tunnel.benchmarks.fleet;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An enrolled firewall.
 *
 * @param id at the broker
 * @param token its credential
 * @param place among all, from 0
 */
public record Member(long id, String token, int place) {

    private static final int FIRST_BYTE = 1;
    private static final int PER_BYTE = 250;

    /**
     * Where it calls from: each from an address of its own below 127.0.0.0/8, as firewalls do. So
     * what the broker grants one address is granted to each, and no range of ports is too small.
     */
    public InetSocketAddress from() {
        int high = place / (PER_BYTE * PER_BYTE);
        int middle = place / PER_BYTE % PER_BYTE;
        int low = place % PER_BYTE;
        return new InetSocketAddress(
                InetAddress.ofLiteral(
                        "127.%d.%d.%d"
                                .formatted(
                                        FIRST_BYTE + high, FIRST_BYTE + middle, FIRST_BYTE + low)),
                0);
    }

    /** Its name at the SSH server. */
    public String user() {
        return "fw-" + id;
    }

    /** Without the token: this record may appear in a message. */
    @Override
    public String toString() {
        return "Member[id=" + id + "]";
    }
}
