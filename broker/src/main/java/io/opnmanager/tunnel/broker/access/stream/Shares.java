package io.opnmanager.tunnel.broker.access.stream;

import io.quarkus.runtime.configuration.MemorySize;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What connections to one destination share of the bandwidth, as long as there are any. Safe from
 * any thread.
 */
final class Shares {

    /** A chunk a second. */
    private static final long LEAST_BANDWIDTH = 64 * 1024;

    /** Bytes a second; null is without limit. */
    private final @Nullable Long bandwidth;

    private final Map<String, Shared> shared = new ConcurrentHashMap<>();

    Shares(Optional<MemorySize> bandwidth) {
        this.bandwidth = bandwidth.map(MemorySize::asLongValue).map(Shares::bounded).orElse(null);
    }

    private static long bounded(long bandwidth) {
        if (bandwidth < LEAST_BANDWIDTH) {
            throw new IllegalArgumentException(
                    "opnmanager.stream.bandwidth: wanted 64K or more, found " + bandwidth);
        }
        return bandwidth;
    }

    /** What connections to one destination share, and how many they are. */
    private record Shared(Stream.Share share, int connections) {}

    /** One more connection to a destination; {@link #leave} is to follow. */
    Stream.Share enter(String destination) {
        return Objects.requireNonNull(
                        shared.compute(
                                destination,
                                (name, before) ->
                                        before == null
                                                ? new Shared(fresh(), 1)
                                                : new Shared(before.share, before.connections + 1)))
                .share;
    }

    private Stream.Share fresh() {
        return bandwidth == null
                ? new Stream.Share(null, null)
                : new Stream.Share(new Bandwidth(bandwidth), new Bandwidth(bandwidth));
    }

    void leave(String destination) {
        shared.computeIfPresent(
                destination,
                (name, before) ->
                        before.connections == 1
                                ? null
                                : new Shared(before.share, before.connections - 1));
    }
}
