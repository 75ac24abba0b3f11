package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.arc.Arc;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the request in progress. For use inside resource methods, on virtual threads as well as
 * on an event loop; a method that goes on later keeps the answer.
 */
@ApplicationScoped
public class CurrentCaller {

    /** The attribute of the security identity that holds the {@link Caller}. */
    static final String ATTRIBUTE = "caller";

    /** The attribute of an operator's security identity that holds the {@link Credential}. */
    static final String CREDENTIAL = "credential";

    private final SecurityIdentity identity;
    private final CurrentVertxRequest request;

    CurrentCaller(SecurityIdentity identity, CurrentVertxRequest request) {
        this.identity = identity;
        this.request = request;
    }

    /**
     * Who calls.
     *
     * @throws Problem {@code not_authenticated} when nobody has signed in
     */
    public Caller caller() {
        Caller caller = identity.getAttribute(ATTRIBUTE);
        if (caller == null) {
            throw new Problem(ProblemCode.NOT_AUTHENTICATED, "wanted a credential, found none");
        }
        return caller;
    }

    /**
     * The operator who calls.
     *
     * @throws Problem {@code not_allowed} when it is an agent
     */
    public Caller.Operator operator() {
        return switch (caller()) {
            case Caller.Operator operator -> operator;
            case Caller.Agent _, Caller.Node _ ->
                    throw new Problem(
                            ProblemCode.NOT_ALLOWED, "wanted an operator, found an agent");
        };
    }

    /**
     * The operator who calls, and what they showed.
     *
     * @throws Problem {@code not_allowed} when it is an agent
     */
    Admitted admitted() {
        Caller.Operator operator = operator();
        Credential credential = identity.getAttribute(CREDENTIAL);
        return new Admitted(operator, credential);
    }

    /**
     * The agent that calls.
     *
     * @throws Problem {@code not_allowed} when it is an operator
     */
    public Caller.Agent agent() {
        return switch (caller()) {
            case Caller.Agent agent -> agent;
            case Caller.Operator _, Caller.Node _ ->
                    throw new Problem(
                            ProblemCode.NOT_ALLOWED, "wanted an agent, found an operator");
        };
    }

    /** The request in progress; only to be called within one. */
    HttpServerRequest request() {
        return request.getCurrent().request();
    }

    /**
     * The address that the request in progress comes from; null outside of any. Behind a proxy this
     * is the proxy's, unless {@code quarkus.http.proxy} says which forwarded header to believe.
     */
    public @Nullable String address() {
        if (!Arc.container().requestContext().isActive()) {
            return null;
        }
        RoutingContext current = request.getCurrent();
        return current == null ? null : RemoteAddress.of(current);
    }
}
