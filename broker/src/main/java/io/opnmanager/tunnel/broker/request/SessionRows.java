package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.ReachCondition;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.Reach;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * The rows of sessions, for the room that lets operators in. No method here moves a request; {@link
 * Requests} does.
 */
@ApplicationScoped
public class SessionRows {

    private final Jdbi jdbi;

    SessionRows(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * A window of a session was seen.
     *
     * @param id the request
     * @param ago how long ago
     */
    public record Sign(long id, Duration ago) {}

    /** Whether an operator may have this request open, by what they may do now. */
    public static boolean mayHold(Caller.Operator who, RequestRow row) {
        return Asking.mayHold(who, row.view().requestedBy(), row.firewallTags());
    }

    /** Whether it is this operator's or shared with them, by what they may do now. */
    public static boolean mayUse(Caller.Operator who, RequestRow row) {
        return Asking.mayUse(who, row);
    }

    /** Who asked for which of these requests, of those that are within a reach. */
    public Map<Long, String> ownersWithin(Reach reach, Collection<Long> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return jdbi.withHandle(handle ->
                ReachCondition.bind(
                                handle.createQuery(
                                        "SELECT id, requested_by FROM request_queue WHERE id IN (<ids>) AND "
                                                + ReachCondition.on(
                                                        "request_queue.firewall_id", reach)),
                                reach)
                        .bindList("ids", List.copyOf(ids))
                        .map((row, context) -> Map.entry(row.getLong(1), row.getString(2)))
                        .stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Every live row of a node. */
    public List<RequestRow> liveOn(String node) {
        return jdbi.withHandle(handle ->
                handle.createQuery(RequestTable.SELECT + "WHERE node = :node AND live = 1")
                        .bind("node", node)
                        .map(RequestTable.MAPPER)
                        .list());
    }

    /** The row whose session has this host, of whatever node and state. */
    public Optional<RequestRow> ofHost(String accessHost) {
        return jdbi.withHandle(handle ->
                handle.createQuery(RequestTable.SELECT + "WHERE access_host = :host")
                        .bind("host", accessHost)
                        .map(RequestTable.MAPPER)
                        .findOne());
    }

    /**
     * Windows of these sessions were seen; a sign that is older than a known one changes nothing.
     */
    public void seen(Collection<Sign> signs) {
        if (signs.isEmpty()) {
            return;
        }
        jdbi.useHandle(handle -> {
            var batch =
                    handle.prepareBatch(
                            """
                            UPDATE request_queue
                            SET last_window = GREATEST(COALESCE(last_window, created_at), UTC_TIMESTAMP(6) - INTERVAL :ago MICROSECOND),
                                last_heartbeat = GREATEST(COALESCE(last_heartbeat, created_at), UTC_TIMESTAMP(6) - INTERVAL :ago MICROSECOND)
                            WHERE id = :id AND live = 1
                            """);
            for (Sign sign : signs) {
                batch.bind("id", sign.id()).bind("ago", sign.ago().toNanos() / 1_000).add();
            }
            batch.execute();
        });
    }
}
