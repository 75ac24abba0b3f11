package io.opnmanager.tunnel.agent.status;

import io.opnmanager.tunnel.agent.broker.Backoff;
import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.broker.BrokerFailure;
import io.opnmanager.tunnel.agent.tunnel.TunnelWatch;
import io.opnmanager.tunnel.contract.agent.TunnelReport;
import io.opnmanager.tunnel.contract.agent.TunnelReport.ReportedStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Delivers reports: for each request only the newest, in a virtual thread that lives as long as
 * there is something to deliver. What cannot be delivered is dropped after a while: the broker's
 * next answer asks for it again.
 */
public final class Reports implements TunnelWatch, AutoCloseable {
    private static final Logger log = Logger.getLogger(Reports.class);

    private static final int ATTEMPTS = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** RFC 9110 allows any Retry-After; a report older than this is of no use. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(30);

    /** The contract's bound of {@code detail}. */
    private static final int LONGEST_DETAIL = 500;

    /** More requests than an agent can hold; beyond it the next check-in heals. */
    private static final int MOST_WAITING = 1000;

    private static final Duration CLOSING = Duration.ofMillis(1800);

    private final Broker broker;
    private final Runnable afterChange;
    private final long pid = ProcessHandle.current().pid();
    private final Map<Long, TunnelReport> waiting = new ConcurrentHashMap<>();

    /**
     * @param afterChange called when a change was told, or could not be: time for a check-in
     */
    public Reports(Broker broker, Runnable afterChange) {
        this.broker = broker;
        this.afterChange = afterChange;
    }

    @Override
    public void active(long requestId, int port) {
        deliver(report(requestId, ReportedStatus.ACTIVE, port, null), true);
    }

    @Override
    public void stillActive(long requestId, int port) {
        // No check-in afterwards: the broker is still probing, and would be asked without end.
        deliver(report(requestId, ReportedStatus.ACTIVE, port, null), false);
    }

    @Override
    public void disconnected(long requestId, int port, String detail) {
        deliver(report(requestId, ReportedStatus.DISCONNECTED, port, detail), true);
    }

    @Override
    public void failed(long requestId, int port, String detail) {
        deliver(report(requestId, ReportedStatus.FAILED, port, detail), true);
    }

    private TunnelReport report(
            long requestId, ReportedStatus status, int port, @Nullable String detail) {
        return new TunnelReport(
                requestId,
                status,
                pid,
                port == 0 ? null : port,
                detail == null || detail.length() <= LONGEST_DETAIL
                        ? detail
                        : detail.substring(0, LONGEST_DETAIL));
    }

    private void deliver(TunnelReport report, boolean change) {
        if (waiting.size() >= MOST_WAITING) {
            log.warnf("report dropped, too many wait request=%d", report.requestId());
            return;
        }
        if (waiting.put(report.requestId(), report) == null) {
            Thread.ofVirtual()
                    .name("report-" + report.requestId())
                    .start(() -> work(report.requestId(), change));
        }
    }

    private void work(long requestId, boolean change) {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        boolean changed = change;
        for (int attempt = 1; attempt <= ATTEMPTS; ) {
            TunnelReport newest = waiting.get(requestId);
            if (newest == null) {
                break;
            }
            Duration pause = attempt(newest, backoff, attempt);
            if (pause == null) {
                if (waiting.remove(requestId, newest)) {
                    break;
                }
                // A newer word came in meanwhile: it has all its attempts.
                attempt = 1;
                changed = true;
                continue;
            }
            attempt++;
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                break;
            }
        }
        waiting.remove(requestId);
        if (changed) {
            afterChange.run();
        }
    }

    /** Null when there is nothing more to do for this report, else how long to wait. */
    private @Nullable Duration attempt(TunnelReport report, Backoff backoff, int attempt) {
        try {
            broker.report(report);
            return null;
        } catch (BrokerFailure failure) {
            log.warnf(
                    "report not delivered request=%d status=%s attempt=%d detail=%s",
                    report.requestId(), report.status(), attempt, failure.getMessage());
            if (!failure.worthRetrying()) {
                return null;
            }
            return switch (failure) {
                case BrokerFailure.Refusal refusal -> {
                    Duration asked = refusal.retryAfter();
                    yield asked == null || asked.compareTo(LONGEST_RETRY_AFTER) > 0
                            ? backoff.next()
                            : asked.plus(backoff.next());
                }
                case BrokerFailure.Away away -> backoff.next();
            };
        }
    }

    /** Waits a moment for what is on its way. */
    @Override
    public void close() {
        long until = System.nanoTime() + CLOSING.toNanos();
        try {
            while (!waiting.isEmpty() && System.nanoTime() < until) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
