package io.opnmanager.tunnel.broker.identity;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * What each operator may do, in memory: changes of this node count at once, those of others within
 * about a second. Also what makes this node forget credentials that another one took away: each
 * such change counts up the row of {@code identity_change}, which is looked at every second.
 */
@ApplicationScoped
public class OperatorRights {

    private static final Logger LOG = Logger.getLogger(OperatorRights.class);

    /** One look at a time, so that events come in the order of the changes. */
    private final ReentrantLock looking = new ReentrantLock();

    /** Written under {@link #looking} only. */
    private volatile long seen = -1;

    /** Bounded by the number of operators. */
    private volatile Map<String, Caller.Operator> rights = Map.of();

    /** How often each operator has signed out everywhere; written under {@link #looking} only. */
    private Map<String, Long> signedOut = Map.of();

    /** Only the scheduled look touches it, one at a time. */
    private volatile boolean blind;

    private final Jdbi jdbi;
    private final KnownOperators known;
    private final Event<OperatorChanged> changed;
    private final Event<SignedOutEverywhere> left;

    OperatorRights(
            Jdbi jdbi,
            KnownOperators known,
            Event<OperatorChanged> changed,
            Event<SignedOutEverywhere> left) {
        this.jdbi = jdbi;
        this.known = known;
        this.changed = changed;
        this.left = left;
    }

    /**
     * What an operator may do, without the narrowing of any credential; null when there is none of
     * this name. Answers from memory and never waits.
     */
    public Caller.@Nullable Operator of(String name) {
        return rights.get(name);
    }

    /** Another one after each change of operators and what they sign in with. */
    long number() {
        return seen;
    }

    void start(@Observes StartupEvent event) {
        look();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void lookAgain() {
        try {
            look();
            blind = false;
        } catch (JdbiException e) {
            if (!blind) {
                LOG.warn("operators could not be looked at, those known until now stay known");
                LOG.debug("operators could not be looked at", e);
            }
            blind = true;
        }
    }

    /**
     * Belongs into every transaction that takes something away from an operator or changes what one
     * may do, as its last statement: what comes after it would hold up every other change.
     */
    static void count(Handle handle) {
        handle.execute("UPDATE identity_change SET number = number + 1");
    }

    /** To be called after such a transaction: it counts on this node when this returns. */
    void changed() {
        known.forget();
        try {
            look();
        } catch (JdbiException e) {
            // The change is made. The next scheduled look tells of it.
            LOG.debug("operators could not be looked at", e);
        }
    }

    private void look() {
        looking.lock();
        try {
            long number =
                    jdbi.withHandle(handle ->
                            handle.createQuery("SELECT number FROM identity_change")
                                    .mapTo(Long.class)
                                    .one());
            if (number == seen) {
                return;
            }
            known.forget();
            Map<String, Caller.Operator> before = rights;
            Map<String, Long> signedOutBefore = signedOut;
            Map<String, Long> signedOutNow = readSignedOut();
            rights = read();
            signedOut = signedOutNow;
            // After the rows: a change between the two statements is looked at once more.
            seen = number;
            changes(before).forEach(changed::fire);
            signedOut.forEach((name, times) -> {
                if (times > signedOutBefore.getOrDefault(name, times)) {
                    left.fire(new SignedOutEverywhere(name));
                }
            });
        } finally {
            looking.unlock();
        }
    }

    private Map<String, Caller.Operator> read() {
        return jdbi.withHandle(handle ->
                handle
                        .createQuery("SELECT name, role, tags FROM operator")
                        .map((row, context) -> OperatorRow.caller(row))
                        .stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Caller.Operator::name, operator -> operator)));
    }

    private Map<String, Long> readSignedOut() {
        return jdbi.withHandle(handle ->
                handle
                        .createQuery("SELECT name, signed_out_everywhere FROM operator")
                        .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                        .stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Map.Entry::getKey, Map.Entry::getValue)));
    }

    private List<OperatorChanged> changes(Map<String, Caller.Operator> before) {
        List<OperatorChanged> changes = new ArrayList<>();
        for (Caller.Operator operator : before.values()) {
            Caller.Operator now = rights.get(operator.name());
            if (!operator.equals(now)) {
                changes.add(new OperatorChanged(operator, now));
            }
        }
        return changes;
    }
}
