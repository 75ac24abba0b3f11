package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.limits.Rates;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Writes refusals behind the back of who caused them, and only so many: whoever can cause refusals
 * at will must not be able to fill the table or to keep the database busy. What was left out is
 * counted in the next entry that is written.
 */
@ApplicationScoped
class RefusalWriter {

    private static final Logger LOG = Logger.getLogger(RefusalWriter.class);
    private static final int WAITING = 200;
    private static final int SOURCES = 1_000;

    /** Of one source: ten at once, then one a minute. */
    private final Rates perSource = new Rates(10, Duration.ofMinutes(1), SOURCES);

    /** Of all together: a hundred at once, then one every two seconds: 43,200 rows a day. */
    private final Rates all = new Rates(100, Duration.ofSeconds(2), 1);

    private final BlockingQueue<Audit.Entry> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong leftOut = new AtomicLong();
    private final Jdbi jdbi;

    RefusalWriter(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Takes an entry if it is within its rates. Never waits. */
    void add(Audit.Entry entry) {
        String source = entry.address() == null ? entry.actor() : entry.address();
        if (!perSource.take(source) || !all.take("all") || !waiting.offer(entry)) {
            leftOut.incrementAndGet();
        }
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void write() {
        List<Audit.Entry> batch = new ArrayList<>();
        waiting.drainTo(batch);
        if (batch.isEmpty()) {
            return;
        }
        long missing = leftOut.getAndSet(0);
        try {
            jdbi.useTransaction(handle -> {
                for (Audit.Entry entry : batch) {
                    Audit.insert(handle, entry);
                }
                if (missing > 0) {
                    Audit.insert(handle, summary(missing));
                }
            });
        } catch (JdbiException e) {
            // Back into the queue, as far as there is room: the database may answer again.
            leftOut.addAndGet(missing);
            for (Audit.Entry entry : batch) {
                if (!waiting.offer(entry)) {
                    leftOut.incrementAndGet();
                }
            }
            LOG.warnf("refusals not yet written to the audit: entries=%d", batch.size());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        write();
    }

    private static Audit.Entry summary(long missing) {
        return new Audit.Entry(
                "node", "refusals", null, null, "left-out", missing + " refusals were not written");
    }
}
