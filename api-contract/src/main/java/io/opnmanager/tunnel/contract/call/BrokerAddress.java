package io.opnmanager.tunnel.contract.call;

import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where the broker is and how its certificate is checked.
 *
 * @param url {@code https://host[:port][/path]}; plain {@code http} for loopback addresses only
 * @param caFile PEM file with the authorities to trust instead of the system's
 * @param pinnedKey {@code sha256/<base64 of the SHA-256 of the public key>}: exactly this key is
 *     trusted, whatever the chain and the host name
 */
public record BrokerAddress(URI url, @Nullable Path caFile, @Nullable String pinnedKey) {
    private static final String PIN_PREFIX = "sha256/";
    private static final int SHA256_BYTES = 32;

    /**
     * @throws IllegalArgumentException when the address could not be used safely
     */
    public BrokerAddress {
        String host = url.getHost();
        if (host == null || url.getScheme() == null) {
            throw new IllegalArgumentException(
                    "broker url: wanted https://host[:port], found " + url);
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "broker url: wanted no user, password or query in it");
        }
        boolean secure = url.getScheme().equalsIgnoreCase("https");
        if (!secure && !(url.getScheme().equalsIgnoreCase("http") && isLoopback(host))) {
            throw new IllegalArgumentException(
                    "broker url: wanted https (http is for loopback addresses only), found " + url);
        }
        if (pinnedKey != null) {
            pinBytes(pinnedKey);
            if (caFile != null) {
                throw new IllegalArgumentException(
                        "broker trust: wanted a CA file or a pinned key, found both");
            }
        }
    }

    /** Reads an address as people write it; a blank file or pin means none. */
    public static BrokerAddress of(
            String url, @Nullable String caFile, @Nullable String pinnedKey) {
        return new BrokerAddress(
                URI.create(url.strip()),
                caFile == null || caFile.isBlank() ? null : Path.of(caFile),
                pinnedKey == null || pinnedKey.isBlank() ? null : pinnedKey.strip());
    }

    static byte[] pinBytes(String pinnedKey) {
        try {
            if (pinnedKey.startsWith(PIN_PREFIX)) {
                byte[] pin = Base64.getDecoder().decode(pinnedKey.substring(PIN_PREFIX.length()));
                if (pin.length == SHA256_BYTES) {
                    return pin;
                }
            }
        } catch (IllegalArgumentException notBase64) {
            // said below
        }
        throw new IllegalArgumentException(
                "pinned key: wanted sha256/<base64 of 32 bytes>, found " + pinnedKey);
    }

    /** By name only: a name that merely resolves to loopback could resolve elsewhere later. */
    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
