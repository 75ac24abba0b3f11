package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.identity.CertificateOwners;
import io.opnmanager.tunnel.contract.tls.TlsSide;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's TLS: certificate and authorities from Quarkus' registry, the revocation list from
 * its file. A connection keeps what it began with; the next one sees what was loaded since.
 */
@Singleton
class GatewayTls {

    private static final Logger LOG = Logger.getLogger(GatewayTls.class);

    /** Of the configuration in the registry: {@code quarkus.tls.stream.…}. */
    private static final String NAME = "stream";

    private static final String[] TLS_13 = {"TLSv1.3"};
    private static final String[] TLS_12_TOO = {"TLSv1.3", "TLSv1.2"};

    /**
     * RFC 8446 §B.4: all that the JDK has for TLS 1.3, the fastest first. To say so spares it going
     * through all that it has for older versions in each handshake.
     */
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private final StreamSettings settings;
    private final TlsConfigurationRegistry registry;
    private final Vertx vertx;
    private final CertificateOwners owners;
    private volatile @Nullable SSLContext context;
    private volatile @Nullable ClientTrust trust;

    /** Of the revocation list that was loaded last. */
    private volatile @Nullable FileTime listed;

    GatewayTls(
            StreamSettings settings,
            TlsConfigurationRegistry registry,
            Vertx vertx,
            CertificateOwners owners) {
        this.settings = settings;
        this.registry = registry;
        this.vertx = vertx;
        this.owners = owners;
    }

    /**
     * Loads everything for the first time.
     *
     * @throws IllegalStateException when something is not configured or cannot be read: then the
     *     broker does not start
     */
    void open() {
        TlsConfiguration configuration =
                registry.get(NAME)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "opnmanager.stream.enabled: wanted quarkus.tls.stream.key-store, found none"));
        try {
            load(configuration);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the gateway's TLS could not be made: " + e.getMessage(), e);
        }
    }

    void reloaded(@Observes CertificateUpdatedEvent event) {
        if (context != null && event.name().equals(NAME)) {
            loadAgain(event.tlsConfiguration());
        }
    }

    /** For a new revocation list, and for a node that signs for the first time. */
    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        ClientTrust now = trust;
        if (now == null) {
            return;
        }
        try {
            boolean otherList =
                    settings.revocationList().isPresent()
                            && !Files.getLastModifiedTime(settings.revocationList().get())
                                    .equals(listed);
            if (otherList || !owners.authorities().equals(now.nodes())) {
                registry.get(NAME).ifPresent(this::loadAgain);
            }
        } catch (IOException e) {
            LOG.warnf("the revocation list cannot be read, the last counts: %s", e.getMessage());
        } catch (JdbiException e) {
            LOG.debugf("the nodes' authorities cannot be read: %s", e.getMessage());
        }
    }

    private void loadAgain(TlsConfiguration configuration) {
        try {
            load(configuration);
            LOG.info("the gateway's certificates were loaded again");
        } catch (IOException | GeneralSecurityException e) {
            LOG.errorf(
                    "the gateway's certificates could not be loaded, the last ones count: %s",
                    e.getMessage());
        }
    }

    private void load(TlsConfiguration configuration) throws IOException, GeneralSecurityException {
        if (configuration.getKeyStoreOptions() == null) {
            throw new IOException("wanted quarkus.tls.stream.key-store, found none");
        }
        boolean others = configuration.getTrustStore() != null;
        Collection<? extends CRL> lists = others ? lists() : List.of();
        ClientTrust clients =
                new ClientTrust(
                        owners.authorities(), others ? trusted(configuration, lists) : null, lists);
        SSLContext fresh = SSLContext.getInstance("TLS");
        try {
            fresh.init(
                    configuration.getKeyStoreOptions().getKeyManagerFactory(vertx).getKeyManagers(),
                    new TrustManager[] {clients},
                    null);
        } catch (IOException | GeneralSecurityException e) {
            throw e;
        } catch (Exception e) {
            throw new GeneralSecurityException(e);
        }
        context = fresh;
        trust = clients;
    }

    /** None where none are configured; what was read is what counts until it is read again. */
    private Collection<? extends CRL> lists() throws IOException, GeneralSecurityException {
        Path file = settings.revocationList().orElse(null);
        if (file == null) {
            return List.of();
        }
        FileTime written = Files.getLastModifiedTime(file);
        try (InputStream from = Files.newInputStream(file)) {
            Collection<? extends CRL> found =
                    CertificateFactory.getInstance("X.509").generateCRLs(from);
            listed = written;
            return found;
        }
    }

    private PKIXBuilderParameters trusted(
            TlsConfiguration configuration, Collection<? extends CRL> lists)
            throws GeneralSecurityException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(configuration.getTrustStore(), new X509CertSelector());
        boolean looked = settings.revocationList().isPresent();
        parameters.setRevocationEnabled(looked);
        if (looked) {
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker)
                            CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            // The list is all there is: nobody is asked over the network.
            checker.setOptions(
                    EnumSet.of(
                            PKIXRevocationChecker.Option.PREFER_CRLS,
                            PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        }
        return parameters;
    }

    /**
     * The certificate of a client whose handshake is done, checked once more: TLS itself does not
     * look at it when a session is resumed, and since then its time may be over, or a list may name
     * it.
     */
    ClientTrust.Trusted checked(SSLSession session) throws IOException, CertificateException {
        X509Certificate[] chain =
                Arrays.stream(session.getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
        ClientTrust now = trust;
        if (now == null) {
            throw new IOException("the gateway is not open");
        }
        return now.checked(chain);
    }

    /** The server's side of TLS on a connection; its handshake is still to come. */
    TlsSide over(Socket raw) throws IOException {
        SSLContext now = context;
        if (now == null) {
            throw new IOException("the gateway is not open");
        }
        SSLEngine engine = now.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        if (settings.tls12()) {
            engine.setEnabledProtocols(TLS_12_TOO);
        } else {
            engine.setEnabledProtocols(TLS_13);
            engine.setEnabledCipherSuites(SUITES);
        }
        return new TlsSide(raw, engine);
    }
}
