package io.opnmanager.tunnel.tunnelctl.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP proxy of the environment, as other programs read it: {@code HTTPS_PROXY}, and {@code
 * NO_PROXY} with the hosts and domains that need none. Loopback never does. The JDK looks at its
 * own system properties only.
 */
public final class Proxies extends ProxySelector {

    private static final int USUAL_PORT = 3128;

    private final @Nullable URI proxy;
    private final List<String> direct;

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException when {@code HTTPS_PROXY} is no address of an HTTP proxy
     */
    public Proxies(Map<String, String> environment) {
        this.proxy = proxy(first(environment, "https_proxy"));
        this.direct =
                List.of(
                        first(environment, "no_proxy")
                                .toLowerCase(Locale.ROOT)
                                .replace(" ", "")
                                .split(","));
    }

    private static String first(Map<String, String> environment, String name) {
        String lower = environment.getOrDefault(name, "");
        return lower.isBlank()
                ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip()
                : lower.strip();
    }

    private static @Nullable URI proxy(String text) {
        if (text.isEmpty()) {
            return null;
        }
        URI uri = URI.create(text.contains("://") ? text : "http://" + text);
        if (uri.getHost() == null || !"http".equalsIgnoreCase(uri.getScheme())) {
            // Not the text itself: a password may stand in it.
            throw new IllegalArgumentException(
                    "HTTPS_PROXY: wanted http://host:port, found something else");
        }
        return uri;
    }

    /** Host and port of the proxy on the way to a host; null when there is none. */
    public @Nullable InetSocketAddress towards(String host) {
        if (proxy == null || Hosts.isLoopback(host) || isDirect(host.toLowerCase(Locale.ROOT))) {
            return null;
        }
        return InetSocketAddress.createUnresolved(
                proxy.getHost(), proxy.getPort() < 0 ? USUAL_PORT : proxy.getPort());
    }

    private boolean isDirect(String host) {
        for (String entry : direct) {
            String bare = entry.startsWith(".") ? entry.substring(1) : entry;
            if (!bare.isEmpty()
                    && (bare.equals("*") || host.equals(bare) || host.endsWith("." + bare))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Proxy> select(URI uri) {
        InetSocketAddress address = towards(uri.getHost());
        return List.of(
                address == null
                        ? Proxy.NO_PROXY
                        : new Proxy(
                                Proxy.Type.HTTP,
                                new InetSocketAddress(address.getHostString(), address.getPort())));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // Whoever connects learns of it, too; there is no other proxy to choose.
    }
}
