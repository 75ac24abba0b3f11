package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.request.SessionRows;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hosts without a live session here: those that ended, so that a window which comes back is told
 * why, and those that never were. Whoever guesses hosts must not keep the database busy: there are
 * few lookups a second, and an answer is remembered. Safe from any thread.
 */
@Singleton
class GoneHosts {

    /** What {@code AccessHost} makes; nothing else is looked up. */
    private static final Pattern HOST = Pattern.compile("[a-z2-7]{26}");

    private static final int REMEMBERED = 10_000;
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(30);

    /** Of one address: thirty at once, then one a second. */
    private final Rates perSource = new Rates(30, Duration.ofSeconds(1), 10_000);

    /** Of all together: two hundred at once, then twenty a second. */
    private final Rates all = new Rates(200, Duration.ofMillis(50), 1);

    private final SessionRows rows;
    private final AccessMetrics metrics;

    /** Least recently used first; guarded by itself. */
    private final Map<String, Kept> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
                    return size() > REMEMBERED;
                }
            };

    GoneHosts(SessionRows rows, AccessMetrics metrics) {
        this.rows = rows;
        this.metrics = metrics;
    }

    /** An end is remembered for good, all else for a short time. */
    private record Kept(Standing standing, long until) {

        boolean holds() {
            return switch (standing) {
                case Standing.Ended _ -> true;
                case Standing.Live _, Standing.Elsewhere _, Standing.Unknown _ ->
                        until - System.nanoTime() > 0;
            };
        }
    }

    void ended(String host, RequestRow row) {
        keep(host, new Standing.Ended(row.id(), row.firewallId(), row.view().endReason()));
    }

    /** What is known without asking; null when it has to be looked up. */
    @Nullable Standing known(String host) {
        if (!HOST.matcher(host).matches()) {
            return new Standing.Unknown();
        }
        synchronized (kept) {
            Kept found = kept.get(host);
            return found != null && found.holds() ? found.standing() : null;
        }
    }

    /**
     * Looks it up; blocks.
     *
     * @param source the address that asks
     */
    Standing look(String host, String source) {
        Standing known = known(host);
        if (known != null) {
            return known;
        }
        if (!perSource.take(source) || !all.take("all")) {
            metrics.refused(AccessMetrics.Refusal.TOO_MANY_LOOKUPS);
            return new Standing.Unknown();
        }
        Optional<RequestRow> row = rows.ofHost(host);
        Standing standing = row.map(GoneHosts::standing).orElseGet(Standing.Unknown::new);
        keep(host, standing);
        return standing;
    }

    private static Standing standing(RequestRow row) {
        return row.isLive()
                ? new Standing.Elsewhere(row.id())
                : new Standing.Ended(row.id(), row.firewallId(), row.view().endReason());
    }

    private void keep(String host, Standing standing) {
        synchronized (kept) {
            kept.put(host, new Kept(standing, System.nanoTime() + UNKNOWN_FOR.toNanos()));
        }
    }
}
