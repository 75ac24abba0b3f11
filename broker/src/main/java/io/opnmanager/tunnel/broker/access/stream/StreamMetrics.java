package io.opnmanager.tunnel.broker.access.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opnmanager.tunnel.contract.operator.StreamEnd;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What can be measured of the gateway. */
@Singleton
class StreamMetrics {

    private final MeterRegistry registry;
    private final Map<Refused.Why, Counter> refusals = new EnumMap<>(Refused.Why.class);
    private final Map<StreamEnd, Counter> ends = new EnumMap<>(StreamEnd.class);
    private final Counter in;
    private final Counter out;

    StreamMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Refused.Why why : Refused.Why.values()) {
            refusals.put(
                    why,
                    Counter.builder("opnmanager.stream.refused")
                            .description("Connections that the gateway did not let through.")
                            .tag("kind", word(why))
                            .register(registry));
        }
        for (StreamEnd end : StreamEnd.values()) {
            ends.put(
                    end,
                    Counter.builder("opnmanager.stream.ends")
                            .description("Connections through the gateway that have ended.")
                            .tag("reason", word(end))
                            .register(registry));
        }
        this.in = bytes("in");
        this.out = bytes("out");
    }

    private Counter bytes(String direction) {
        return Counter.builder("opnmanager.stream.bytes")
                .description(
                        "Bytes of connections that have ended: in from clients, out to clients.")
                .tag("direction", direction)
                .register(registry);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void watch(Supplier<Number> live) {
        Gauge.builder("opnmanager.stream.connections", live)
                .description("Connections that go through the gateway now.")
                .register(registry);
    }

    void refused(Refused.Why why) {
        Objects.requireNonNull(refusals.get(why)).increment();
    }

    void ended(StreamEnd end, long bytesIn, long bytesOut) {
        Objects.requireNonNull(ends.get(end)).increment();
        in.increment((double) bytesIn);
        out.increment((double) bytesOut);
    }
}
