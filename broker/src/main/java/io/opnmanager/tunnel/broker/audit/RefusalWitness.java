package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.broker.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Notes what known callers were refused. Runs on the threads of requests and never waits. */
@ApplicationScoped
class RefusalWitness {

    private final Audit audit;
    private final CurrentCaller current;

    RefusalWitness(Audit audit, CurrentCaller current) {
        this.audit = audit;
        this.current = current;
    }

    void refused(@Observes Refusal refusal) {
        audit.refused(
                // Refused before anybody was let in, there is no caller to be asked for.
                refusal.code() == ProblemCode.CROSS_SITE ? "unknown" : current.caller().actor(),
                "refused",
                null,
                refusal.code(),
                refusal.method() + " " + refusal.path());
    }
}
