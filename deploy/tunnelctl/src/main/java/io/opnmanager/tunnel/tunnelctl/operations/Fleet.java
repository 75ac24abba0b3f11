package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.FirewallPage;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Firewalls by the names that people give them. */
public final class Fleet {

    private static final int SHOWN = 5;

    private Fleet() {}

    /** There is none of this name within reach. */
    public static final class NotFound extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotFound(String message) {
            super(message);
        }
    }

    /**
     * The firewall with this name, whatever its case, or with this number.
     *
     * @throws NotFound with names that come near
     */
    public static Firewall find(BrokerClient broker, String wanted) {
        FirewallPage near = broker.firewalls(Map.of("query", wanted, "size", "500"));
        for (Firewall one : near.items()) {
            if (one.name().equalsIgnoreCase(wanted)) {
                return one;
            }
        }
        if (wanted.matches("[1-9]\\d{0,17}")) {
            try {
                return broker.firewall(Long.parseLong(wanted));
            } catch (BrokerFailure.Refusal e) {
                if (e.status() != 404 && e.status() != 403) {
                    throw e;
                }
            }
        }
        throw new NotFound("no firewall is called " + wanted + hint(near.items()));
    }

    private static String hint(List<Firewall> near) {
        return near.isEmpty()
                ? "; tunnelctl firewalls lists those that you may use"
                : "; did you mean "
                        + near.stream()
                                .limit(SHOWN)
                                .map(Firewall::name)
                                .collect(Collectors.joining(", "))
                        + "?";
    }
}
