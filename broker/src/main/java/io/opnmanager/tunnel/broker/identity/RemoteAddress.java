package io.opnmanager.tunnel.broker.identity;

import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The other end of a request. */
final class RemoteAddress {

    private RemoteAddress() {}

    /** As text; null when the other end is gone or no IP address. */
    static @Nullable String of(RoutingContext request) {
        SocketAddress remote = request.request().remoteAddress();
        return remote == null ? null : remote.hostAddress();
    }

    /**
     * What is counted as one source: an IPv4 address, or the /64 of an IPv6 address, because each
     * of those holds more addresses than anyone can count.
     */
    static String source(@Nullable String address) {
        if (address == null) {
            return "unknown";
        }
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            return bytes.length == 4 ? address : HexFormat.of().formatHex(bytes, 0, 8) + "/64";
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
