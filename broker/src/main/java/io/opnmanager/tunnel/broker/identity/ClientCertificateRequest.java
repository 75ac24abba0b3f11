package io.opnmanager.tunnel.broker.identity;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Lets the HTTPS server ask clients for a certificate, when operators may sign in by one. Asked,
 * not demanded: whoever shows none connects as before. Quarkus' own key for it is fixed when the
 * program is built.
 */
@Singleton
class ClientCertificateRequest implements HttpServerOptionsCustomizer {

    private final ClientCertificateConfiguration configuration;

    ClientCertificateRequest(ClientCertificateConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (!configuration.enabled()) {
            return;
        }
        if (options.getTrustOptions() == null) {
            // Without one every public authority could make operators.
            throw new IllegalStateException(
                    "opnmanager.client-certificates.enabled: wanted quarkus.tls.trust-store with the"
                            + " authority of operators' certificates, found none");
        }
        options.setClientAuth(ClientAuth.REQUEST);
    }
}
