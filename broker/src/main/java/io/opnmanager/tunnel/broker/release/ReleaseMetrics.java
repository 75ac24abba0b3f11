package io.opnmanager.tunnel.broker.release;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/** What can be measured of releases and of updates with them. */
@Startup
@ApplicationScoped
class ReleaseMetrics {

    private final Counter downloads;
    private final Counter failures;
    private final Counter halts;

    ReleaseMetrics(MeterRegistry registry, ReleaseFolder folder) {
        Gauge.builder("opnmanager.release.refused", folder, ReleaseMetrics::refused)
                .description("1 when a release folder is configured and does not verify, else 0.")
                .register(registry);
        this.downloads =
                Counter.builder("opnmanager.release.downloads")
                        .description("Files of the release that were sent.")
                        .register(registry);
        this.failures =
                Counter.builder("opnmanager.update.failures")
                        .description(
                                "Agents on which an offered version failed, as told to this node.")
                        .register(registry);
        this.halts =
                Counter.builder("opnmanager.rollout.halts")
                        .description("Rollouts that halted themselves, as seen by this node.")
                        .register(registry);
    }

    private static double refused(ReleaseFolder folder) {
        return switch (folder.state()) {
            case ReleaseFolder.Refused _ -> 1;
            case ReleaseFolder.Nothing _, ReleaseFolder.Verified _ -> 0;
        };
    }

    void sent() {
        downloads.increment();
    }

    void failed() {
        failures.increment();
    }

    void halted() {
        halts.increment();
    }
}
