package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.contract.operator.OperatorAsk;
import io.opnmanager.tunnel.contract.operator.OperatorsApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;

/** People, for administrators. */
@RolesAllowed("administrator")
@RunOnVirtualThread
class OperatorsResource implements OperatorsApi {

    private final Operators operators;
    private final CurrentCaller current;

    OperatorsResource(Operators operators, CurrentCaller current) {
        this.operators = operators;
        this.current = current;
    }

    @Override
    public io.opnmanager.tunnel.contract.operator.Operators list() {
        return new io.opnmanager.tunnel.contract.operator.Operators(operators.list());
    }

    @Override
    public Response create(OperatorAsk ask) {
        return Response.status(Response.Status.CREATED)
                .entity(operators.create(current.caller(), ask))
                .build();
    }

    @Override
    public void remove(String name) {
        operators.remove(current.caller(), name);
    }
}
