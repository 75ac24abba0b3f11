package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.DeviceSignInApi;
import io.opnmanager.tunnel.contract.operator.DeviceSignInAsk;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.Cache;

/** Signs a program in, with its person at the provider of OpenID Connect. */
@PermitAll
@RunOnVirtualThread
@Cache(noStore = true)
class DeviceSignInResource implements DeviceSignInApi {

    private final OpenIdProvider provider;
    private final DeviceSignIns device;
    private final SignIns signIns;
    private final CurrentVertxRequest request;

    DeviceSignInResource(
            OpenIdProvider provider,
            DeviceSignIns device,
            SignIns signIns,
            CurrentVertxRequest request) {
        this.provider = provider;
        this.device = device;
        this.signIns = signIns;
        this.request = request;
    }

    @Override
    public Response begin() {
        return Response.status(Response.Status.CREATED)
                .entity(device.begin(RemoteAddress.of(admitted())))
                .build();
    }

    @Override
    public Response signIn(DeviceSignInAsk ask) {
        SignIns.Begun begun = device.end(ask.deviceCode(), admitted());
        return Response.status(Response.Status.CREATED)
                .header("Set-Cookie", begun.setCookie())
                .entity(signIns.describe(begun.admitted()))
                .build();
    }

    /** The request in progress, when such requests are taken. */
    private RoutingContext admitted() {
        RoutingContext current = request.getCurrent();
        CrossSite.refuse(current.request(), false);
        if (!provider.isDeviceEnabled()) {
            throw new Problem(ProblemCode.NOT_FOUND, "signing in from programs is not set up here");
        }
        return current;
    }
}
