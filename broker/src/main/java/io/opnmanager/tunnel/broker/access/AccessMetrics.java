package io.opnmanager.tunnel.broker.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What can be measured of how browsers get into sessions. */
@Singleton
public class AccessMetrics {

    /** What becomes of a ticket that is shown. */
    public enum EntryResult {
        ENTERED,
        /** No such ticket, or one of long ago. */
        UNKNOWN,
        /** It was shown before. */
        USED,
        EXPIRED,
        /** Of another session. */
        OTHER_SESSION,
        /** Its number is not in this browser. */
        OTHER_BROWSER,
        /** The session has ended. */
        NOT_ACTIVE,
        /** From a page that is not the console. */
        FOREIGN_PAGE,
        /** No ticket at all. */
        MALFORMED
    }

    /** What browsers are refused on hosts of sessions. */
    public enum Refusal {
        NO_COOKIE,
        WRONG_COOKIE,
        /** Asked for by a page of another origin. */
        FOREIGN_PAGE,
        UNKNOWN_HOST,
        ENDED,
        /** No host, several, or none that is written as one. */
        ODD_HOST,
        TOO_MANY_LOOKUPS,
        TOO_MANY_TABS
    }

    private final MeterRegistry registry;
    private final Counter presenceEnds;

    /** All of them from the start, so that the first is a step and not a new line. */
    private final Map<EntryResult, Counter> entries = new EnumMap<>(EntryResult.class);

    private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);

    AccessMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.presenceEnds =
                Counter.builder("opnmanager.access.presence.ends")
                        .description("Sessions that ended with the farewell of their last window.")
                        .register(registry);
        for (EntryResult result : EntryResult.values()) {
            entries.put(
                    result,
                    Counter.builder("opnmanager.access.entries")
                            .description("Tickets that were shown on hosts of sessions.")
                            .tag("result", word(result))
                            .register(registry));
        }
        for (Refusal kind : Refusal.values()) {
            refusals.put(
                    kind,
                    Counter.builder("opnmanager.access.refused")
                            .description("What browsers were refused on hosts of sessions.")
                            .tag("kind", word(kind))
                            .register(registry));
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void watch(Supplier<Number> sessions, Supplier<Number> tabs) {
        Gauge.builder("opnmanager.access.sessions", sessions)
                .description("Sessions of this node that a browser was let into.")
                .register(registry);
        Gauge.builder("opnmanager.access.tabs", tabs)
                .description("Windows of those sessions.")
                .register(registry);
    }

    /** A ticket was shown. */
    public void entry(EntryResult result) {
        Objects.requireNonNull(entries.get(result)).increment();
    }

    /** A browser was refused something. */
    public void refused(Refusal kind) {
        Objects.requireNonNull(refusals.get(kind)).increment();
    }

    void presenceEnded() {
        presenceEnds.increment();
    }
}
