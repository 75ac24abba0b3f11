package io.opnmanager.tunnel.broker.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Signing in with TLS client certificates. */
@ConfigMapping(prefix = "opnmanager.client-certificates")
interface ClientCertificateConfiguration {

    /**
     * Whether operators can sign in with TLS client certificates. Needs {@code
     * quarkus.tls.trust-store.…} with the authority of those certificates and no other, and that
     * this broker ends TLS itself: behind a proxy that does there are none. Off unless wanted,
     * because browsers that have any certificate then ask which one to show.
     */
    @WithDefault("false")
    boolean enabled();
}
