package io.opnmanager.tunnel.tunnelctl.broker;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the broker is and who may vouch for it.
 *
 * @param url {@code https://host[:port]}; plain {@code http} for loopback addresses only
 * @param caFile PEM file with the authorities to trust instead of the system's
 */
public record BrokerAddress(URI url, @Nullable Path caFile) {

    /**
     * Refuses what could not be used safely.
     *
     * @throws IllegalArgumentException with what was wanted
     */
    public BrokerAddress {
        String host = url.getHost();
        if (host == null || url.getScheme() == null) {
            throw new IllegalArgumentException(
                    "--broker: wanted https://host[:port], found " + url);
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null) {
            throw new IllegalArgumentException("--broker: wanted no user, password or query in it");
        }
        boolean secure = url.getScheme().equalsIgnoreCase("https");
        if (!secure && !(url.getScheme().equalsIgnoreCase("http") && Hosts.isLoopback(host))) {
            throw new IllegalArgumentException(
                    "--broker: wanted https (http is for loopback addresses only), found " + url);
        }
    }

    /** Reads an address as people write it; {@code https://} may be left out. */
    public static BrokerAddress of(String url, @Nullable Path caFile) {
        String text = url.strip().replaceFirst("/+$", "");
        try {
            return new BrokerAddress(
                    URI.create(text.contains("://") ? text : "https://" + text), caFile);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--broker: wanted https://host[:port], found " + text, e);
        }
    }

    /** Its port, the scheme's own when none is named. */
    public int port() {
        if (url.getPort() > 0) {
            return url.getPort();
        }
        return isSecure() ? 443 : 80;
    }

    /** Whether there is TLS to be checked. */
    public boolean isSecure() {
        return url.getScheme().equalsIgnoreCase("https");
    }
}
