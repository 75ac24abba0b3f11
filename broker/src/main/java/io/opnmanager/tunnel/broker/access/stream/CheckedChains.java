package io.opnmanager.tunnel.broker.access.stream;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CRL;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Clients' chains that were found in order, for one state of the authorities and of the revocation
 * lists: whoever loads others starts with none. What time can change is looked at each time. Safe
 * from any thread.
 */
final class CheckedChains {

    private static final int MOST = 1_000;

    /** From then on a list is too old to say that nothing is revoked; null is never. */
    private final @Nullable Instant until;

    /** SHA-256 of each, the one that was asked for last at the end; guarded by this. */
    private final Map<ByteBuffer, Boolean> good =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
                    return size() > MOST;
                }
            };

    private final InstantSource clock;

    /** None yet. */
    CheckedChains(Collection<? extends CRL> lists, InstantSource clock) {
        this.clock = clock;
        this.until =
                lists.stream()
                        .filter(X509CRL.class::isInstance)
                        .map(list -> ((X509CRL) list).getNextUpdate())
                        .filter(Objects::nonNull)
                        .map(Date::toInstant)
                        .min(Instant::compareTo)
                        .orElse(null);
    }

    /** Whether it was found in order, and nothing can have changed since. */
    boolean isGood(X509Certificate[] chain) {
        Instant now = clock.instant();
        if ((until != null && !now.isBefore(until)) || !areInTime(chain, now)) {
            return false;
        }
        ByteBuffer hash = hash(chain);
        synchronized (this) {
            return good.get(hash) != null;
        }
    }

    void add(X509Certificate[] chain) {
        ByteBuffer hash = hash(chain);
        synchronized (this) {
            good.put(hash, true);
        }
    }

    private static boolean areInTime(X509Certificate[] chain, Instant now) {
        try {
            for (X509Certificate certificate : chain) {
                certificate.checkValidity(Date.from(now));
            }
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }

    private static ByteBuffer hash(X509Certificate[] chain) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (X509Certificate certificate : chain) {
                // Each says its own length.
                digest.update(certificate.getEncoded());
            }
            return ByteBuffer.wrap(digest.digest());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
