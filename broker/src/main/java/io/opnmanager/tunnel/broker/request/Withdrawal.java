package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.firewall.FirewallChanged;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.OperatorChanged;
import io.opnmanager.tunnel.broker.identity.OperatorRights;
import io.opnmanager.tunnel.contract.EndReason;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Ends what an operator may no longer have open: removed, made a viewer, or the firewall is out of
 * reach, because either's tags have changed. At once on the node where that was done; and every
 * node looks once a second, so that nothing has to arrive for it to happen.
 */
@ApplicationScoped
class Withdrawal {

    private static final Logger LOG = Logger.getLogger(Withdrawal.class);

    private final Jdbi jdbi;
    private final OperatorRights rights;
    private final Requests requests;
    private final ThisNode node;

    /**
     * What looked withdrawn in the last round. What this node knows of an operator may be a second
     * old, a request may be younger: only what looks so twice is ended. Only the look touches it;
     * bounded by what is live.
     */
    private Set<Long> suspects = Set.of();

    Withdrawal(Jdbi jdbi, OperatorRights rights, Requests requests, ThisNode node) {
        this.jdbi = jdbi;
        this.rights = rights;
        this.requests = requests;
        this.node = node;
    }

    private record Live(long id, String requestedBy, List<String> firewallTags) {}

    void changed(@Observes OperatorChanged change) {
        if (change.now() == null) {
            unshare(change.name());
        }
        for (Live live : live("r.requested_by = :value", change.name())) {
            if (isWithdrawn(live, change.now())) {
                end(live, change.now());
            }
        }
    }

    /** Another operator may be given the name of one who was removed. */
    private void unshare(String name) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE request_queue
                                SET shared_with = JSON_REMOVE(shared_with, JSON_UNQUOTE(JSON_SEARCH(shared_with, 'one', :name)))
                                WHERE live = 1 AND JSON_CONTAINS(shared_with, JSON_QUOTE(:name))
                                """)
                        .bind("name", name)
                        .execute());
    }

    void changed(@Observes FirewallChanged change) {
        for (Live live : live("r.firewall_id = :value", change.firewallId())) {
            Caller.Operator now = rights.of(live.requestedBy());
            if (now != null && isWithdrawn(live, now)) {
                end(live, now);
            }
        }
    }

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    synchronized void look() {
        try {
            Set<Long> found = new HashSet<>();
            for (Live live : live("TRUE", null)) {
                Caller.Operator now = rights.of(live.requestedBy());
                if (isWithdrawn(live, now)) {
                    found.add(live.id());
                    if (suspects.contains(live.id())) {
                        end(live, now);
                    }
                }
            }
            suspects = found;
        } catch (RuntimeException e) {
            LOG.warnf(
                    "whether rights were withdrawn is looked at again in a second: error=%s",
                    e.getMessage());
        }
    }

    private static boolean isWithdrawn(Live live, Caller.@Nullable Operator now) {
        return now == null || !Asking.mayHold(now, live.requestedBy(), live.firewallTags());
    }

    private void end(Live live, Caller.@Nullable Operator now) {
        requests.end(
                live.id(),
                EndReason.RIGHTS_WITHDRAWN,
                new Caller.Node(node.name()),
                now == null
                        ? "the operator was removed"
                        : "the operator may no longer connect to this firewall");
    }

    private List<Live> live(String condition, @Nullable Object value) {
        return jdbi.withHandle(handle -> {
            var query =
                    handle.createQuery(
                            """
                            SELECT r.id, r.requested_by,
                                (SELECT GROUP_CONCAT(tag SEPARATOR ' ') FROM firewall_tag t WHERE t.firewall_id = r.firewall_id) AS tags
                            FROM request_queue r WHERE r.live = 1 AND
                            """
                                    + condition);
            return (value == null ? query : query.bind("value", value))
                    .map((row, context) ->
                            new Live(
                                    row.getLong("id"),
                                    row.getString("requested_by"),
                                    RequestTable.tags(row.getString("tags"))))
                    .list();
        });
    }
}
