package io.opnmanager.tunnel.tunnelctl.broker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Names of hosts as addresses. */
public final class Hosts {

    private Hosts() {}

    /**
     * Asks the system, but not for names under {@code localhost}: they are this machine (RFC 6761
     * §6.3), and not every system knows.
     *
     * @throws UnknownHostException when there is no address
     */
    public static InetSocketAddress address(String host, int port) throws UnknownHostException {
        InetAddress address =
                isLocalhost(host) ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
        return new InetSocketAddress(address, port);
    }

    /** By name only: a name that merely resolves to loopback could resolve elsewhere later. */
    static boolean isLoopback(String host) {
        return isLocalhost(host)
                || host.equals("[::1]")
                || host.equals("::1")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    private static boolean isLocalhost(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost");
    }
}
