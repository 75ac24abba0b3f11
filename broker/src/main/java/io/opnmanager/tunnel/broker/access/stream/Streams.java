package io.opnmanager.tunnel.broker.access.stream;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The connections that go through the gateway now. Safe from any thread. */
@Singleton
class Streams {

    private static final Logger LOG = Logger.getLogger(Streams.class);

    /** A chunk a second. */
    private static final long LEAST_BANDWIDTH = 64 * 1024;

    private final StreamSettings settings;
    private final StreamMetrics metrics;
    private final Set<Stream> live = ConcurrentHashMap.newKeySet();

    /** By destination, as long as something goes there. */
    private final Map<String, Shared> shared = new ConcurrentHashMap<>();

    Streams(StreamSettings settings, StreamMetrics metrics) {
        this.settings = settings;
        this.metrics = metrics;
        metrics.watch(live::size);
    }

    /** Pumps one to its end, in the calling virtual thread and one more. */
    void run(Destination destination, Socket line, Socket client, Socket target, String whose)
            throws InterruptedException {
        Shared together = enter(destination.name());
        Stream stream = new Stream(line, client, target, together.share);
        live.add(stream);
        switch (destination) {
            case Destination.Session of -> of.session().own(stream);
            case Destination.Service _ -> {}
        }
        try {
            stream.run();
        } finally {
            stream.close();
            live.remove(stream);
            leave(destination.name());
            switch (destination) {
                case Destination.Session of -> of.session().disown(stream);
                case Destination.Service _ -> {}
            }
            told(stream, destination, whose);
        }
    }

    /** What connections to one destination share, and how many they are. */
    private record Shared(Stream.Share share, int connections) {}

    private Shared enter(String destination) {
        return Objects.requireNonNull(
                shared.compute(
                        destination,
                        (name, before) ->
                                before == null
                                        ? new Shared(share(), 1)
                                        : new Shared(before.share, before.connections + 1)));
    }

    private void leave(String destination) {
        shared.computeIfPresent(
                destination,
                (name, before) ->
                        before.connections == 1
                                ? null
                                : new Shared(before.share, before.connections - 1));
    }

    private Stream.Share share() {
        return settings.bandwidth()
                .map(MemorySize::asLongValue)
                .map(Streams::bounded)
                .map(most -> new Stream.Share(new Bandwidth(most), new Bandwidth(most)))
                .orElseGet(() -> new Stream.Share(null, null));
    }

    private static long bounded(long bandwidth) {
        if (bandwidth < LEAST_BANDWIDTH) {
            throw new IllegalArgumentException(
                    "opnmanager.stream.bandwidth: wanted 64K or more, found " + bandwidth);
        }
        return bandwidth;
    }

    private void told(Stream stream, Destination destination, String whose) {
        StreamEnd end = Objects.requireNonNull(stream.end(), "it has just been closed");
        metrics.ended(end, stream.bytesIn(), stream.bytesOut());
        LOG.infof(
                "stream ended: destination=%s client=%s seconds=%d in=%d out=%d reason=%s",
                destination.name(),
                whose,
                stream.upTime().toSeconds(),
                stream.bytesIn(),
                stream.bytesOut(),
                StreamMetrics.word(end));
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        live.forEach(stream -> stream.look(settings.idle(), settings.stall()));
    }

    void closeAll() {
        live.forEach(Stream::close);
    }
}
