package io.opnmanager.tunnel.broker.cluster;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Until when this node's TLS certificates are good. Nothing where a proxy in front has them. */
@ApplicationScoped
class CertificateMetrics {

    private static final Logger LOG = Logger.getLogger(CertificateMetrics.class);

    private final MeterRegistry registry;
    private final TlsConfigurationRegistry tls;
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();

    CertificateMetrics(MeterRegistry registry, TlsConfigurationRegistry tls) {
        this.registry = registry;
        this.tls = tls;
    }

    /** Again and again: files are replaced and read again while the broker runs. */
    @Scheduled(every = "1m")
    void look() {
        note("https", tls.getDefault());
        note("gateway", tls.get("stream"));
    }

    private void note(String use, Optional<TlsConfiguration> configuration) {
        configuration
                .map(TlsConfiguration::getKeyStore)
                .map(CertificateMetrics::firstEnd)
                .ifPresent(end -> {
                    if (ends.put(use, end) == null) {
                        Gauge.builder(
                                        "opnmanager.certificate.expires",
                                        ends,
                                        all -> seconds(all.get(use)))
                                .tag("use", use)
                                .description(
                                        "When the first certificate of this chain ends, in seconds since 1970.")
                                .register(registry);
                    }
                });
    }

    private static double seconds(@Nullable Instant end) {
        return end == null ? Double.NaN : end.getEpochSecond();
    }

    private static @Nullable Instant firstEnd(KeyStore store) {
        try {
            Instant first = null;
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificateChain(alias) == null) {
                    continue;
                }
                for (var certificate : store.getCertificateChain(alias)) {
                    if (certificate instanceof X509Certificate x509
                            && (first == null || x509.getNotAfter().toInstant().isBefore(first))) {
                        first = x509.getNotAfter().toInstant();
                    }
                }
            }
            return first;
        } catch (KeyStoreException e) {
            LOG.debugf("a key store cannot be read: error=%s", e.getMessage());
            return null;
        }
    }
}
