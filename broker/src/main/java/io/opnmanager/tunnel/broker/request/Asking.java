package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.broker.firewall.LastSeen;
import io.opnmanager.tunnel.broker.firewall.ReachCondition;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.statement.Query;

/**
 * Whose request is it: the one place that says which caller may touch which row, and which rows of
 * a list are for whom. Whoever may not reach the firewall may not see its requests either, own ones
 * included.
 */
@ApplicationScoped
class Asking {

    private final CurrentCaller caller;
    private final Firewalls firewalls;
    private final LastSeen lastSeen;
    private final RequestSight sight;
    private final int callsPerSecond;
    private final Rates rates;

    Asking(
            CurrentCaller caller,
            Firewalls firewalls,
            LastSeen lastSeen,
            RequestSight sight,
            RequestSettings settings) {
        this.caller = caller;
        this.firewalls = firewalls;
        this.lastSeen = lastSeen;
        this.sight = sight;
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

    /**
     * A firewall that the calling operator may reach.
     *
     * @throws Problem {@code firewall_unknown}, {@code not_yours}
     */
    FirewallRow firewall(long id) {
        return firewalls.within(operator().reach(), id);
    }

    /** A request as the calling operator sees it. */
    TunnelRequest view(RequestRow row) {
        return sight.of(row, operator());
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
     * Lets only the right callers act on a row.
     *
     * @throws Problem {@code not_yours} unless the caller is an administrator or the operator who
     *     asked for it, and within reach of its firewall, or the agent of that firewall
     */
    void requireOwn(RequestRow row) {
        boolean own =
                switch (caller.caller()) {
                    case Caller.Operator operator -> mayHold(operator, row);
                    case Caller.Agent agent -> agent.firewallId() == row.firewallId();
                    case Caller.Node node -> true;
                };
        require(own, row);
    }

    /**
     * Lets only the right operators look at a row.
     *
     * @throws Problem {@code not_yours}
     */
    void requireSeen(RequestRow row) {
        require(maySee(operator(), row), row);
    }

    /**
     * Lets only operators who may reach its firewall look at an approval.
     *
     * @throws Problem {@code not_yours}
     */
    void requireSeen(ApprovalTable.Row row) {
        if (!operator().reach().includes(row.firewallTags())) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "wanted an approval within the caller's reach, found approval "
                            + row.view().id());
        }
    }

    /**
     * Lets only those say that a request is wanted who may act on it or use it.
     *
     * @return whether the caller may act on it as well
     * @throws Problem {@code not_yours}
     */
    boolean requireUsed(RequestRow row) {
        return switch (caller.caller()) {
            case Caller.Operator operator -> {
                boolean holds = mayHold(operator, row);
                require(holds || mayUse(operator, row), row);
                yield holds;
            }
            case Caller.Agent _, Caller.Node _ -> {
                requireOwn(row);
                yield true;
            }
        };
    }

    private static void require(boolean may, RequestRow row) {
        if (!may) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "request_id: wanted a request of the caller, found request " + row.id());
        }
    }

    /** Whether an operator may see a request in lists, by its number and in events. */
    static boolean maySee(Caller.Operator who, RequestRow row) {
        return who.reach().includes(row.firewallTags())
                && switch (who.role()) {
                    case ADMINISTRATOR, VIEWER -> true;
                    case OPERATOR -> isFor(who.name(), row);
                };
    }

    /**
     * Whether an operator may use a request through the gateway: who asked for it, and whom it is
     * shared with.
     */
    static boolean mayUse(Caller.Operator who, RequestRow row) {
        return who.reach().includes(row.firewallTags())
                && switch (who.role()) {
                    case ADMINISTRATOR, OPERATOR -> isFor(who.name(), row);
                    case VIEWER -> false;
                };
    }

    private static boolean isFor(String operator, RequestRow row) {
        return row.view().requestedBy().equals(operator)
                || row.view().sharedWith().contains(operator);
    }

    /** Whether an operator may act on a request; one who no longer may loses it. */
    static boolean mayHold(Caller.Operator who, RequestRow row) {
        return mayHold(who, row.view().requestedBy(), row.firewallTags());
    }

    /** The same of the parts of a row. */
    static boolean mayHold(Caller.Operator who, String requestedBy, List<String> firewallTags) {
        return who.reach().includes(firewallTags)
                && switch (who.role()) {
                    case ADMINISTRATOR -> true;
                    case OPERATOR -> requestedBy.equals(who.name());
                    case VIEWER -> false;
                };
    }

    /** Which approvals an operator may see, as a condition of SQL. */
    static String seenApprovals(Caller.Operator who) {
        return ReachCondition.on("approval.firewall_id", who.reach());
    }

    /** Fills in what {@link #seenApprovals} left open. */
    static Query bindSeenApprovals(Query query, Caller.Operator who) {
        return ReachCondition.bind(query, who.reach());
    }

    /** {@link #maySee} as a condition of SQL. */
    static String seen(Caller.Operator who) {
        String within = ReachCondition.on("request_queue.firewall_id", who.reach());
        return switch (who.role()) {
            case ADMINISTRATOR, VIEWER -> within;
            case OPERATOR ->
                    within
                            + " AND (request_queue.requested_by = :seenBy"
                            + " OR request_queue.shared_with IS NOT NULL AND JSON_CONTAINS(request_queue.shared_with, JSON_QUOTE(:seenBy)))";
        };
    }

    /** Fills in what {@link #seen} left open. */
    static Query bindSeen(Query query, Caller.Operator who) {
        Query bound = ReachCondition.bind(query, who.reach());
        return switch (who.role()) {
            case ADMINISTRATOR, VIEWER -> bound;
            case OPERATOR -> bound.bind("seenBy", who.name());
        };
    }
}
