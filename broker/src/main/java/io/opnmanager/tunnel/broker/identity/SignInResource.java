package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.PasswordChange;
import io.opnmanager.tunnel.contract.operator.RecoveryCodes;
import io.opnmanager.tunnel.contract.operator.SecondFactor;
import io.opnmanager.tunnel.contract.operator.SecondFactorAsk;
import io.opnmanager.tunnel.contract.operator.SecondFactorCode;
import io.opnmanager.tunnel.contract.operator.SecondFactorRemoval;
import io.opnmanager.tunnel.contract.operator.SignInApi;
import io.opnmanager.tunnel.contract.operator.SignInAsk;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import io.opnmanager.tunnel.contract.operator.SignedIn;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.Cache;

/** Signing in and out, and the own password and second factor. */
@RolesAllowed({"administrator", "operator", "viewer"})
@RunOnVirtualThread
@Cache(noStore = true)
class SignInResource implements SignInApi {

    private static final String PATH = "/api/v1/sign-in";

    private final OperatorSignIn operators;
    private final SecondFactors secondFactors;
    private final SignIns signIns;
    private final PasswordChanges passwords;
    private final CurrentCaller current;

    SignInResource(
            OperatorSignIn operators,
            SecondFactors secondFactors,
            SignIns signIns,
            PasswordChanges passwords,
            CurrentCaller current) {
        this.operators = operators;
        this.secondFactors = secondFactors;
        this.signIns = signIns;
        this.passwords = passwords;
        this.current = current;
    }

    /** Whether a request only asks who is signed in, which keeps nobody from being idle. */
    static boolean onlyAsks(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) && PATH.equals(request.path());
    }

    @Override
    @PermitAll
    public Response signIn(SignInAsk ask) {
        HttpServerRequest request = current.request();
        CrossSite.refuse(request, false);
        String address = current.address();
        KnownOperator operator = operators.withPassword(ask.name(), ask.password(), address);
        if (operator.secondFactor()) {
            if (ask.code() == null || ask.code().isBlank()) {
                throw new Problem(
                        ProblemCode.SECOND_FACTOR_REQUIRED,
                        "wanted a code of the authenticator or a recovery code, found none");
            }
            if (!secondFactors.takes(operator.operator(), ask.code(), address)) {
                throw new Problem(
                        ProblemCode.NOT_AUTHENTICATED,
                        "wanted a code of this moment that was not used before");
            }
        }
        SignIns.Begun begun =
                signIns.begin(
                        operator,
                        SignInMethod.PASSWORD,
                        address,
                        SignInCookie.read(request.headers().getAll(HttpHeaders.COOKIE)));
        return Response.status(Response.Status.CREATED)
                .header("Set-Cookie", begun.setCookie())
                .entity(signIns.describe(begun.admitted()))
                .build();
    }

    @Override
    public SignedIn signedIn() {
        return signIns.describe(current.admitted());
    }

    @Override
    public Response signOut() {
        Admitted caller = current.admitted();
        Long signIn = caller.credential().signIn();
        if (signIn != null) {
            signIns.end(caller.operator(), signIn);
        }
        return signedOut();
    }

    @Override
    public Response signOutEverywhere() {
        Admitted caller = person();
        signIns.endAll(caller.operator(), caller.operator().name());
        return signedOut();
    }

    @Override
    public void changePassword(PasswordChange change) {
        passwords.change(person(), change.current(), change.password(), current.address());
    }

    @Override
    public SecondFactor secondFactor(SecondFactorAsk ask) {
        Admitted caller = person();
        passwords.confirm(caller.operator(), ask.password(), current.address());
        return secondFactors.ask(caller.operator());
    }

    @Override
    public RecoveryCodes activateSecondFactor(SecondFactorCode code) {
        return secondFactors.activate(person(), code.code(), current.address());
    }

    @Override
    public void removeSecondFactor(SecondFactorRemoval removal) {
        Admitted caller = person();
        KnownOperator operator =
                passwords.confirm(caller.operator(), removal.password(), current.address());
        if (!operator.secondFactor()) {
            throw SecondFactors.none();
        }
        if (!secondFactors.takes(caller.operator(), removal.code(), current.address())) {
            throw SecondFactors.wrongCode();
        }
        secondFactors.remove(
                caller.operator(), caller.operator().name(), caller.credential().signIn());
    }

    /** A token may be narrower than its operator, and in more hands. */
    private Admitted person() {
        Admitted caller = current.admitted();
        if (caller.credential().isToken()) {
            throw new Problem(ProblemCode.NOT_ALLOWED, "this is not for tokens");
        }
        return caller;
    }

    private static Response signedOut() {
        return Response.noContent().header("Set-Cookie", SignInCookie.expire()).build();
    }
}
