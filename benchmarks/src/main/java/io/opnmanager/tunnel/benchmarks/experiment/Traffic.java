package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Operators at work: so many requests a second, each of the next firewall, closed as soon as it is
 * active.
 */
final class Traffic implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Set<String> SETTLED =
            Set.of("active", "disconnected", "timeout", "expired");

    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("traffic").daemon().factory());
    private final ExecutorService operators = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong next = new AtomicLong();
    private final LongAdder active = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Site site;
    private final List<Long> firewalls;

    private Traffic(Site site, List<Long> firewalls) {
        this.site = site;
        this.firewalls = firewalls;
    }

    static Traffic start(Site site, List<Long> firewalls, int perSecond) {
        var traffic = new Traffic(site, firewalls);
        var _ =
                traffic.clock.scheduleAtFixedRate(
                        () -> traffic.operators.execute(traffic::one),
                        0,
                        TimeUnit.SECONDS.toNanos(1) / perSecond,
                        TimeUnit.NANOSECONDS);
        return traffic;
    }

    private void one() {
        OperatorClient operator = site.operator();
        long firewall =
                firewalls.get(
                        Math.floorMod(Long.hashCode(next.getAndIncrement()), firewalls.size()));
        try {
            long request =
                    operator.open(OperatorClient.object().put("firewall_id", firewall))
                            .path("id")
                            .asLong();
            var row = operator.awaitStatus(request, SETTLED, LIMIT);
            (row.path("status").asText().equals("active") ? active : failed).increment();
            operator.close(request);
        } catch (IOException | RuntimeException e) {
            failed.increment();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes no more, and waits for those that are under way. */
    void stop() throws InterruptedException {
        clock.shutdownNow();
        operators.shutdown();
        if (!operators.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("requests were still under way after " + LIMIT);
        }
    }

    long active() {
        return active.sum();
    }

    long failed() {
        return failed.sum();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        operators.shutdownNow();
    }
}
