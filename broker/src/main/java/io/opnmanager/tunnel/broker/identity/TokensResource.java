package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.contract.operator.TokenAsk;
import io.opnmanager.tunnel.contract.operator.Tokens;
import io.opnmanager.tunnel.contract.operator.TokensApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;

/** The calling operator's own tokens. */
@RolesAllowed({"administrator", "operator"})
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
        return Response.status(Response.Status.CREATED)
                .entity(tokens.create(current.operator(), ask))
                .build();
    }

    @Override
    public void revoke(long id) {
        tokens.revoke(current.operator(), id);
    }
}
