package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.CertificateSignInApi;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.Cache;

/** Begins a sign-in of the console for whoever shows a TLS client certificate. */
@PermitAll
@RunOnVirtualThread
@Cache(noStore = true)
class CertificateSignInResource implements CertificateSignInApi {

    private final OperatorSignIn operators;
    private final KnownOperators known;
    private final SignIns signIns;
    private final CurrentCaller current;

    CertificateSignInResource(
            OperatorSignIn operators,
            KnownOperators known,
            SignIns signIns,
            CurrentCaller current) {
        this.operators = operators;
        this.known = known;
        this.signIns = signIns;
        this.current = current;
    }

    @Override
    public Response signIn() {
        HttpServerRequest request = current.request();
        CrossSite.refuse(request, false);
        ClientCertificate certificate = ClientCertificate.of(request);
        if (certificate == null) {
            throw new Problem(
                    ProblemCode.NOT_AUTHENTICATED, "wanted a TLS client certificate, found none");
        }
        String address = current.address();
        Admitted admitted = operators.byCertificate(certificate, address);
        if (admitted.credential().isToken()) {
            // A sign-in can do what the operator can, which is more than the token could.
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "a certificate that was made with a token begins no sign-in");
        }
        KnownOperator operator = known.nameNow(admitted.operator().name());
        if (operator == null) {
            throw new Problem(
                    ProblemCode.NOT_AUTHENTICATED, "the operator was removed in the meantime");
        }
        SignIns.Begun begun =
                signIns.begin(
                        operator,
                        SignInMethod.CERTIFICATE,
                        address,
                        SignInCookie.read(request.headers().getAll(HttpHeaders.COOKIE)));
        return Response.status(Response.Status.CREATED)
                .header("Set-Cookie", begun.setCookie())
                .entity(signIns.describe(begun.admitted()))
                .build();
    }
}
