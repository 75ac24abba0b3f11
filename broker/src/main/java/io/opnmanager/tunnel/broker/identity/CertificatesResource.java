package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.CertificateAsk;
import io.opnmanager.tunnel.contract.operator.CertificatesApi;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;

/** The calling operator's own certificates for the gateway. */
@RolesAllowed({"administrator", "operator"})
@RunOnVirtualThread
class CertificatesResource implements CertificatesApi {

    private final OperatorCertificates certificates;
    private final CurrentCaller current;

    CertificatesResource(OperatorCertificates certificates, CurrentCaller current) {
        this.certificates = certificates;
        this.current = current;
    }

    @Override
    public Response create(CertificateAsk ask) {
        Admitted caller = current.admitted();
        if (caller.credential().method() == SignInMethod.CERTIFICATE) {
            // Or one that was stolen could be prolonged for ever.
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "a certificate makes no others: sign in, or use a password or a token");
        }
        return Response.status(Response.Status.CREATED)
                .entity(certificates.create(caller, ask.certificateRequest()))
                .build();
    }

    @Override
    public void revokeAll() {
        certificates.revokeAll(current.admitted());
    }
}
