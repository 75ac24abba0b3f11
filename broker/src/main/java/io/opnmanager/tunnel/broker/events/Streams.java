package io.opnmanager.tunnel.broker.events;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.OperatorChanged;
import io.opnmanager.tunnel.broker.identity.OperatorRights;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every open stream of this node, of all kinds together: bounded, and ended when its listener could
 * not begin it any more. A listener that may still do what it may do begins again.
 */
@ApplicationScoped
public class Streams {

    private static final int MOST = 1_000;

    private final Set<Open> open = ConcurrentHashMap.newKeySet();
    private final OperatorRights rights;

    Streams(OperatorRights rights) {
        this.rights = rights;
    }

    /** Who listens, and how that ends. Equal only to itself: nobody else has its {@code end}. */
    record Open(Caller.Operator who, Runnable end) {}

    /** A kind of streams of its own. */
    public <T> Listeners<T> listeners() {
        return new Listeners<>(this);
    }

    void requireRoom() {
        if (open.size() >= MOST) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "wanted at most %d event streams on one broker".formatted(MOST),
                    Duration.ofSeconds(10));
        }
    }

    Open begin(Caller.Operator who, Runnable end) {
        Open stream = new Open(who, end);
        open.add(stream);
        return stream;
    }

    void end(Open stream) {
        open.remove(stream);
    }

    void changed(@Observes OperatorChanged change) {
        for (Open stream : open) {
            if (stream.who().name().equals(change.name())
                    && !isWithin(stream.who(), change.now())) {
                stream.end().run();
            }
        }
    }

    /** For a change that came between the moment a stream was let in and the moment it began. */
    @Scheduled(every = "2s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        for (Open stream : open) {
            if (!isWithin(stream.who(), rights.of(stream.who().name()))) {
                stream.end().run();
            }
        }
    }

    /** Whether what a stream was begun with is still no more than its operator may. */
    static boolean isWithin(Caller.Operator begun, Caller.@Nullable Operator now) {
        return now != null
                && begun.role().compareTo(now.role()) >= 0
                && begun.reach().limits().containsAll(now.reach().limits());
    }
}
