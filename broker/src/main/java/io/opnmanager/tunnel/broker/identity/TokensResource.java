package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.TokenAsk;
import io.opnmanager.tunnel.contract.operator.Tokens;
import io.opnmanager.tunnel.contract.operator.TokensApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;
import java.util.Objects;

/** The calling operator's own tokens. */
@RolesAllowed({"administrator", "operator", "viewer"})
@RunOnVirtualThread
class TokensResource implements TokensApi {

    private final OperatorTokens tokens;
    private final CurrentCaller current;

    TokensResource(OperatorTokens tokens, CurrentCaller current) {
        this.tokens = tokens;
        this.current = current;
    }

    @Override
    public Tokens list() {
        return new Tokens(tokens.list(current.operator()));
    }

    @Override
    public Response create(TokenAsk ask) {
        Admitted caller = current.admitted();
        if (caller.credential().isToken()) {
            // Or one that was stolen could outlive being found.
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "a token makes no others: sign in at the console, or with a password");
        }
        return Response.status(Response.Status.CREATED)
                .entity(tokens.create(caller.operator(), ask))
                .build();
    }

    @Override
    public void revoke(long id) {
        Admitted caller = current.admitted();
        if (caller.credential().isToken() && !Objects.equals(caller.credential().token(), id)) {
            throw new Problem(ProblemCode.NOT_ALLOWED, "a token revokes itself and no other");
        }
        tokens.revoke(caller.operator(), id);
    }
}
