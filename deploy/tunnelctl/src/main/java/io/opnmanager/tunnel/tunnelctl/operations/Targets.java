package io.opnmanager.tunnel.tunnelctl.operations;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What of a firewall is wanted, in the words of a person. */
public final class Targets {

    private static final Set<String> SCHEMES = Set.of("https", "http", "ssh", "tcp");

    private Targets() {}

    /**
     * As the broker wants it.
     *
     * @param words {@code https} for the firewall's own page, {@code ssh}, {@code host:port} or
     *     {@code scheme://host:port}
     * @return null for the firewall's own page
     * @throws IllegalArgumentException when it is none of them
     */
    public static @Nullable String of(String words) {
        String text = words.strip();
        if (text.equals("https")) {
            return null;
        }
        if (text.equals("ssh")) {
            return "ssh://localhost:22";
        }
        int scheme = text.indexOf("://");
        String rest = scheme < 0 ? text : text.substring(scheme + 3);
        if ((scheme < 0 || SCHEMES.contains(text.substring(0, scheme)))
                && rest.matches("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):[1-9]\\d{0,4}")) {
            return scheme < 0 ? "tcp://" + text : text;
        }
        throw new IllegalArgumentException(
                "--target: wanted ssh, https, host:port or scheme://host:port, found " + words);
    }
}
