package io.opnmanager.tunnel.agent.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.jspecify.annotations.Nullable;

/**
 * The broker's host keys: those of the enrolment, or of the broker's last answer, which came over
 * the connection that was authenticated at enrolment. None is ever learned from an SSH server.
 */
public final class HostKeys {
    private final List<PublicKey> keys;

    private HostKeys(List<PublicKey> keys) {
        this.keys = keys;
    }

    /**
     * Reads host keys, one a line, as in {@code known_hosts} without the host.
     *
     * @throws IllegalArgumentException when there is none that can be read
     */
    public static HostKeys of(List<String> lines) {
        Cryptography.choose();
        List<PublicKey> keys = lines.stream().map(HostKeys::read).toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("host keys: wanted at least one to pin, found none");
        }
        return new HostKeys(keys);
    }

    private static PublicKey read(String line) {
        try {
            PublicKey key =
                    PublicKeyEntry.parsePublicKeyEntry(line.strip())
                            .resolvePublicKey(null, null, PublicKeyEntryResolver.FAILING);
            if (key != null) {
                return key;
            }
        } catch (IOException | GeneralSecurityException | RuntimeException unreadable) {
            // said below
        }
        throw new IllegalArgumentException(
                "host keys: wanted a line '<type> <base64>', found " + line);
    }

    int count() {
        return keys.size();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HostKeys hostKeys && keys.equals(hostKeys.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }

    boolean hold(PublicKey offered) {
        return keys.stream().anyMatch(key -> KeyUtils.compareKeys(key, offered));
    }

    /** Key types that are worth asking for: a server with several shows the one we pinned. */
    Set<String> types() {
        return keys.stream().map(KeyUtils::getKeyType).collect(Collectors.toUnmodifiableSet());
    }
}
