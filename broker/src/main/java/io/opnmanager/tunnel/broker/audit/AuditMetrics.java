package io.opnmanager.tunnel.broker.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicReference;

/** What the last verification of the audit found. */
@ApplicationScoped
class AuditMetrics {

    private final AtomicReference<Double> intact = new AtomicReference<>(Double.NaN);

    AuditMetrics(MeterRegistry registry) {
        Gauge.builder("opnmanager.audit.intact", intact, AtomicReference::get)
                .description(
                        "What the last verification at this node found: 1 intact, 0 broken; no number before the first.")
                .register(registry);
    }

    void verified(boolean whole) {
        intact.set(whole ? 1.0 : 0.0);
    }
}
