package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Operator;
import io.opnmanager.tunnel.contract.operator.OperatorAsk;
import io.opnmanager.tunnel.contract.operator.OperatorChange;
import io.opnmanager.tunnel.contract.operator.OperatorsApi;
import io.opnmanager.tunnel.contract.operator.PasswordReset;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;

/** People, for administrators whose reach has no limit: others could give themselves more. */
@RolesAllowed("administrator")
@RunOnVirtualThread
class OperatorsResource implements OperatorsApi {

    private final Operators operators;
    private final OthersCredentials credentials;
    private final CurrentCaller current;

    OperatorsResource(Operators operators, OthersCredentials credentials, CurrentCaller current) {
        this.operators = operators;
        this.credentials = credentials;
        this.current = current;
    }

    @Override
    public io.opnmanager.tunnel.contract.operator.Operators list() {
        administrator();
        return new io.opnmanager.tunnel.contract.operator.Operators(operators.list());
    }

    @Override
    public Response create(OperatorAsk ask) {
        return Response.status(Response.Status.CREATED)
                .entity(operators.create(administrator(), ask))
                .build();
    }

    @Override
    public Operator change(String name, OperatorChange change) {
        return operators.change(administrator(), name, change);
    }

    @Override
    public void resetPassword(String name, PasswordReset reset) {
        credentials.resetPassword(administrator(), name, reset.password());
    }

    @Override
    public void removeSecondFactor(String name) {
        credentials.removeSecondFactor(administrator(), name);
    }

    @Override
    public void signOut(String name) {
        credentials.signOut(administrator(), name);
    }

    @Override
    public void revokeTokens(String name) {
        credentials.revokeTokens(administrator(), name);
    }

    @Override
    public void remove(String name) {
        operators.remove(administrator(), name);
    }

    private Caller.Operator administrator() {
        Caller.Operator caller = current.operator();
        if (!caller.reach().isEverything()) {
            throw new Problem(
                    ProblemCode.NOT_ALLOWED,
                    "wanted an administrator whose reach has no limit, found one within tags");
        }
        return caller;
    }
}
