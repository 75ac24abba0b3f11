package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.contract.operator.SignInMethods;
import io.opnmanager.tunnel.contract.operator.SignInMethodsApi;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.security.PermitAll;
import org.jboss.resteasy.reactive.Cache;

/** How one can sign in here, for the page that offers it. */
@PermitAll
@NonBlocking
@Cache(noStore = true)
class SignInMethodsResource implements SignInMethodsApi {

    private final OpenIdProvider provider;
    private final CurrentCaller current;

    SignInMethodsResource(OpenIdProvider provider, CurrentCaller current) {
        this.provider = provider;
        this.current = current;
    }

    @Override
    public SignInMethods methods() {
        return new SignInMethods(
                true,
                provider.isEnabled(),
                ClientCertificate.of(current.request()) != null,
                provider.isDeviceEnabled());
    }
}
