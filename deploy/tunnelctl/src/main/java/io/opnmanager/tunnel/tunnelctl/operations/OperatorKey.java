package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.CertificateAsk;
import io.opnmanager.tunnel.contract.operator.OperatorCertificate;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import io.opnmanager.tunnel.tunnelctl.remote.ClientCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The key that stands for the operator at the gateway: made here, signed by the broker, replaced
 * before its certificate ends. Any thread may use it.
 */
public final class OperatorKey {

    private static final Duration BEFORE_ITS_END = Duration.ofMinutes(15);

    private final BrokerClient broker;
    private final @Nullable Home home;

    /** Both guarded by this. */
    private @Nullable ClientCertificate current;

    private @Nullable SSLContext tls;

    /**
     * Of an operator.
     *
     * @param home where it is kept for the next time and for other programs; null is nowhere
     */
    public OperatorKey(BrokerClient broker, @Nullable Home home) {
        this.broker = broker;
        this.home = home;
    }

    /** TLS with a certificate that is good for a while. Asks the broker when there is none. */
    synchronized SSLContext tls() {
        SSLContext known = tls;
        ClientCertificate before = current;
        if (known != null && before != null && isGood(before)) {
            return known;
        }
        ClientCertificate kept = before == null ? kept() : null;
        ClientCertificate now = kept != null && isGood(kept) ? kept : renew();
        SSLContext fresh = now.tls(broker.address().caFile());
        current = now;
        tls = fresh;
        return fresh;
    }

    /** Has a new key signed, and keeps it. */
    public synchronized ClientCertificate renew() {
        ClientCertificate.Fresh fresh = ClientCertificate.fresh();
        OperatorCertificate signed = broker.certify(new CertificateAsk(fresh.requestPem()));
        String pem = fresh.keyPem() + signed.certificate();
        if (home != null) {
            home.replace(home.certificateFile(), pem.getBytes(StandardCharsets.UTF_8));
        }
        return ClientCertificate.parse(pem, "the broker's certificate");
    }

    private @Nullable ClientCertificate kept() {
        return home == null
                ? null
                : home.read(home.certificateFile())
                        .map(pem ->
                                ClientCertificate.parse(
                                        new String(pem, StandardCharsets.UTF_8),
                                        home.certificateFile().toString()))
                        .orElse(null);
    }

    private static boolean isGood(ClientCertificate certificate) {
        return Instant.now().plus(BEFORE_ITS_END).isBefore(certificate.expiresAt());
    }
}
