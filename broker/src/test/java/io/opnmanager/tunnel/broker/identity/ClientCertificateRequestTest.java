package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemTrustOptions;
import org.junit.jupiter.api.Test;

/** Clients are asked only when it is wanted, and never against every public authority. */
class ClientCertificateRequestTest {

    private final HttpServerOptions options = new HttpServerOptions();

    @Test
    void nobody_is_asked_unless_it_is_wanted() {
        options.setTrustOptions(new PemTrustOptions());
        new ClientCertificateRequest(() -> false).customizeHttpsServer(options);
        assertThat(options.getClientAuth()).isEqualTo(ClientAuth.NONE);
    }

    @Test
    void who_is_asked_may_show_none() {
        options.setTrustOptions(new PemTrustOptions());
        new ClientCertificateRequest(() -> true).customizeHttpsServer(options);
        assertThat(options.getClientAuth()).isEqualTo(ClientAuth.REQUEST);
    }

    @Test
    void without_a_trust_store_of_its_own_it_does_not_start() {
        assertThatThrownBy(() ->
                        new ClientCertificateRequest(() -> true).customizeHttpsServer(options))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "opnmanager.client-certificates.enabled: wanted quarkus.tls.trust-store with the authority of operators' certificates, found none");
    }
}
