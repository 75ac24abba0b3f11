package io.opnmanager.tunnel.broker.firewall;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * When each agent was last heard of by this node: in memory at once, in the rows in one batch every
 * 5 s, because a write for every poll of every agent would be most of what the database does. One
 * that comes back after a silence is written within a second, so that every node shows it on-line.
 */
@ApplicationScoped
public class LastSeen {

    private static final Logger LOG = Logger.getLogger(LastSeen.class);

    /**
     * By firewall, on the monotonic clock. Keys are enrolled firewalls, so it is bounded by them.
     */
    private final ConcurrentMap<Long, Long> seen = new ConcurrentHashMap<>();

    /** Written every so many rounds of a second, unless they come back. */
    private static final int ROUNDS = 5;

    private final ConcurrentMap<Long, Long> unwritten = new ConcurrentHashMap<>();
    private final Set<Long> back = ConcurrentHashMap.newKeySet();
    private final Jdbi jdbi;
    private final long longestSilence;

    /** Only the scheduled write touches it, one at a time. */
    private int round;

    LastSeen(Jdbi jdbi, FirewallConfiguration configuration) {
        this.jdbi = jdbi;
        this.longestSilence = Sight.longestSilence(configuration).toNanos();
    }

    /** An authenticated agent was heard of just now. Never waits. */
    public void seen(long firewallId) {
        long now = System.nanoTime();
        Long before = seen.put(firewallId, now);
        unwritten.put(firewallId, now);
        if (before == null || now - before > longestSilence) {
            back.add(firewallId);
        }
    }

    /** How long ago this node heard of it, null when not since its start. */
    @Nullable Duration ago(long firewallId) {
        Long moment = seen.get(firewallId);
        return moment == null ? null : Duration.ofNanos(System.nanoTime() - moment);
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void writeSome() {
        round = (round + 1) % ROUNDS;
        write(round == 0 ? unwritten.keySet() : back);
    }

    private void write(Set<Long> firewalls) {
        // In the order of the numbers: two nodes that write the same rows cannot lock each other.
        Map<Long, Long> taken = new TreeMap<>();
        for (Long firewall : firewalls) {
            back.remove(firewall);
            Long moment = unwritten.remove(firewall);
            if (moment != null) {
                taken.put(firewall, moment);
            }
        }
        if (taken.isEmpty()) {
            return;
        }
        try {
            long now = System.nanoTime();
            jdbi.useTransaction(handle -> {
                PreparedBatch batch =
                        handle.prepareBatch(
                                """
                                UPDATE firewall SET
                                    changed_at = CASE WHEN COALESCE(last_seen, created_at) < UTC_TIMESTAMP(6) - INTERVAL :silence MICROSECOND
                                        OR last_seen IS NULL THEN UTC_TIMESTAMP(6) ELSE changed_at END,
                                    last_seen = GREATEST(COALESCE(last_seen, created_at),
                                    UTC_TIMESTAMP(6) - INTERVAL :ago MICROSECOND)
                                WHERE id = :id
                                """);
                taken.forEach((firewall, moment) ->
                        batch.bind("id", firewall)
                                .bind("ago", (now - moment) / 1_000)
                                .bind("silence", longestSilence / 1_000)
                                .add());
                batch.execute();
            });
        } catch (JdbiException e) {
            taken.forEach(unwritten::putIfAbsent);
            back.addAll(taken.keySet());
            LOG.warnf("last_seen not yet written: firewalls=%d", taken.size());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        write(unwritten.keySet());
    }
}
