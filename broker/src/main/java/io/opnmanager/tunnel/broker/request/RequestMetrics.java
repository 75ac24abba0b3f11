package io.opnmanager.tunnel.broker.request;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opnmanager.tunnel.contract.EndReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be measured of requests: how long they take to come up, why they end, and what checks
 * cost.
 */
@ApplicationScoped
class RequestMetrics {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        Duration.ofMillis(300),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(1500),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofSeconds(30)
    };

    private final MeterRegistry registry;
    private final Timer pickup;
    private final Timer active;
    private final Counter opened;
    private final Counter heldChecks;
    private final Counter plainChecks;
    private final Counter watchQueries;

    RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.pickup =
                timer(
                        "opnmanager.request.pickup",
                        "From the request to its hand-out to the agent.");
        this.active = timer("opnmanager.request.active", "From the request to active.");
        this.opened = counter("opnmanager.request.opened", "Requests made.");
        this.heldChecks =
                Counter.builder("opnmanager.checks")
                        .tag("held", "true")
                        .description("Checks of agents.")
                        .register(registry);
        this.plainChecks =
                Counter.builder("opnmanager.checks")
                        .tag("held", "false")
                        .description("Checks of agents.")
                        .register(registry);
        this.watchQueries =
                counter(
                        "opnmanager.watch.queries",
                        "Queries of the watch that serves all checks together.");
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    void watch(Map<Long, ?> held) {
        registry.gaugeMapSize("opnmanager.checks.waiting", java.util.List.of(), held);
    }

    void checked(boolean held) {
        (held ? heldChecks : plainChecks).increment();
    }

    void watched() {
        watchQueries.increment();
    }

    void opened() {
        opened.increment();
    }

    void pickedUp(Instant created, @Nullable Instant handedOut) {
        if (handedOut != null) {
            pickup.record(Duration.between(created, handedOut));
        }
    }

    void active(Instant created, @Nullable Instant started) {
        if (started != null) {
            active.record(Duration.between(created, started));
        }
    }

    void ended(EndReason reason) {
        Counter.builder("opnmanager.request.ended")
                .description("Requests that ended, by reason.")
                .tag("reason", RequestTable.word(reason))
                .register(registry)
                .increment();
    }
}
