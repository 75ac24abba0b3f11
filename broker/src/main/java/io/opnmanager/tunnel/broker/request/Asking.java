package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.broker.firewall.LastSeen;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Whose request is it: the one place that says which caller may touch which row. */
@ApplicationScoped
class Asking {

    private final CurrentCaller caller;
    private final Firewalls firewalls;
    private final LastSeen lastSeen;
    private final int callsPerSecond;
    private final Rates rates;

    Asking(CurrentCaller caller, Firewalls firewalls, LastSeen lastSeen, RequestSettings settings) {
        this.caller = caller;
        this.firewalls = firewalls;
        this.lastSeen = lastSeen;
        this.callsPerSecond = settings.callsPerSecond();
        this.rates =
                new Rates(
                        callsPerSecond * 5,
                        Duration.ofSeconds(1).dividedBy(callsPerSecond),
                        100_000);
    }

    Caller caller() {
        return caller.caller();
    }

    Caller.Operator operator() {
        return caller.operator();
    }

    FirewallRow firewall(long id) {
        return firewalls.one(id);
    }

    /**
     * The agent that calls, if the firewall that it names is its own; it counts as seen.
     *
     * @throws Problem {@code not_yours}, {@code too_many_requests}
     */
    Caller.Agent agentOf(long firewallId) {
        Caller.Agent agent = caller.agent();
        if (agent.firewallId() != firewallId) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "firewall_id: wanted the caller's own firewall %d, found %d"
                            .formatted(agent.firewallId(), firewallId));
        }
        heardOf(agent);
        return agent;
    }

    private void heardOf(Caller.Agent agent) {
        String key = Long.toString(agent.firewallId());
        if (!rates.take(key)) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "wanted at most %d calls a second of one firewall's agent"
                            .formatted(callsPerSecond),
                    rates.retryAfter(key));
        }
        lastSeen.seen(agent.firewallId());
    }

    /**
     * Lets only the right callers touch a row.
     *
     * @throws Problem {@code not_yours} unless the caller is an administrator, the operator who
     *     asked for it, or the agent of its firewall
     */
    void requireOwn(RequestRow row) {
        boolean own =
                switch (caller.caller()) {
                    case Caller.Operator operator -> isOf(row, operator);
                    case Caller.Agent agent -> agent.firewallId() == row.firewallId();
                    case Caller.Node node -> true;
                };
        if (!own) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "request_id: wanted a request of the caller, found request " + row.id());
        }
    }

    static boolean isOf(RequestRow row, Caller.Operator who) {
        return who.isAdministrator() || row.view().requestedBy().equals(who.name());
    }
}
