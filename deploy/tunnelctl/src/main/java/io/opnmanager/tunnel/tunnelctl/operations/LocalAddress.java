package io.opnmanager.tunnel.tunnelctl.operations;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where a local port is opened, as people write it. */
public final class LocalAddress {

    private LocalAddress() {}

    /**
     * {@code port}, {@code address:port} or {@code [address]:port}. Without an address it is
     * loopback: whoever can reach the port, can reach the firewall.
     *
     * @param name of the option or key, for the error
     * @throws IllegalArgumentException when it is none of them, or a name that is no address here
     */
    public static InetSocketAddress of(String text, String name) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(
                    name + ": wanted port or address:port, found " + text);
        }
        int number = Integer.parseInt(port);
        if (colon <= 0) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
        }
        InetSocketAddress address =
                new InetSocketAddress(text.substring(0, colon).replaceAll("^\\[|]$", ""), number);
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    name + ": wanted an address of this machine, found " + text);
        }
        return address;
    }
}
