package io.opnmanager.tunnel.broker.tunnel;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What can be measured of tunnels. */
@ApplicationScoped
class TunnelMetrics {

    private final MeterRegistry registry;
    private final Counter connections;
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Timer established;

    /** All of them from the start, so that the first refusal is a step and not a new line. */
    private final Map<ForwardPolicy.Refusal, Counter> refusals =
            new EnumMap<>(ForwardPolicy.Refusal.class);

    TunnelMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.connections =
                Counter.builder("opnmanager.connections")
                        .description("Connections taken through tunnels.")
                        .register(registry);
        this.bytesIn =
                Counter.builder("opnmanager.bytes")
                        .tag("direction", "in")
                        .baseUnit("bytes")
                        .description("Bytes through tunnels; in is from the firewall.")
                        .register(registry);
        this.bytesOut =
                Counter.builder("opnmanager.bytes")
                        .tag("direction", "out")
                        .baseUnit("bytes")
                        .description("Bytes through tunnels; in is from the firewall.")
                        .register(registry);
        for (ForwardPolicy.Refusal why : ForwardPolicy.Refusal.values()) {
            refusals.put(
                    why,
                    Counter.builder("opnmanager.ssh.refused")
                            .description("What was refused on SSH connections, by kind.")
                            .tag("kind", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        this.established =
                Timer.builder("opnmanager.request.established")
                        .description("From the request to its listener being up.")
                        .serviceLevelObjectives(
                                Duration.ofMillis(100),
                                Duration.ofMillis(300),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(1),
                                Duration.ofMillis(1500),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(30))
                        .register(registry);
    }

    void watch(Supplier<Number> tunnels, Supplier<Number> lines, Supplier<Number> orphans) {
        gauge("opnmanager.tunnels", "Tunnels that are up on this node.", tunnels);
        gauge("opnmanager.lines", "Authenticated SSH connections on this node.", lines);
        gauge(
                "opnmanager.orphans",
                "Listeners, SSH connections and ports without a live row; anything but 0 for more than 2 s is a fault.",
                orphans);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    void established(Instant created) {
        Duration time = Duration.between(created, Instant.now());
        established.record(time.isNegative() ? Duration.ZERO : time);
    }

    void refused(ForwardPolicy.Refusal why) {
        Objects.requireNonNull(refusals.get(why)).increment();
    }

    void probed(boolean answered) {
        Counter.builder("opnmanager.probes")
                .description("The broker's own probes through tunnels.")
                .tag("answered", Boolean.toString(answered))
                .register(registry)
                .increment();
    }

    void connection() {
        connections.increment();
    }

    void received(int bytes) {
        bytesIn.increment(bytes);
    }

    void sent(int bytes) {
        bytesOut.increment(bytes);
    }
}
