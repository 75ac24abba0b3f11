package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.request.RequestRow;
import java.util.Collection;
import java.util.Set;

/**
 * What SSH permits: the port of a live request of the firewall that asks, by a name for loopback,
 * and nothing else. A pure decision, so that it can be read and tested as a table.
 */
final class ForwardPolicy {

    /**
     * OpenSSH's {@code -R 8101:…} says {@code localhost}; no other word means loopback (RFC 4254
     * §7.1).
     */
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

    private ForwardPolicy() {}

    /** The answer to a {@code tcpip-forward}. */
    sealed interface Decision {

        /** The listener of this request may be opened on 127.0.0.1. */
        record Permitted(RequestRow request) implements Decision {}

        /** Nothing is opened. */
        record Refused(Refusal why) implements Decision {}
    }

    /** Everything that is refused and counted on an SSH line; the word is the metric's tag. */
    enum Refusal {
        NOT_LOOPBACK,
        PORT_NOT_REQUESTED,
        SECOND_FORWARD,
        PORT_TAKEN,
        CHANNEL,
        GLOBAL_REQUEST,
        AUTHENTICATION,
        TOO_MANY_CONNECTIONS
    }

    /**
     * Decides one {@code tcpip-forward}.
     *
     * @param firewall who asks
     * @param host the address to bind, as asked
     * @param port the port to bind, as asked; 0 would be "any" and is never permitted
     * @param live the live requests of this node
     */
    static Decision decide(long firewall, String host, int port, Collection<RequestRow> live) {
        if (!LOOPBACK.contains(host)) {
            return new Decision.Refused(Refusal.NOT_LOOPBACK);
        }
        return live.stream()
                .filter(row ->
                        row.isLive()
                                && row.firewallId() == firewall
                                && row.view().tunnelPort() == port)
                .findFirst()
                .<Decision>map(Decision.Permitted::new)
                .orElseGet(() -> new Decision.Refused(Refusal.PORT_NOT_REQUESTED));
    }
}
