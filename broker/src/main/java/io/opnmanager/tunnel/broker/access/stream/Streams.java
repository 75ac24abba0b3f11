package io.opnmanager.tunnel.broker.access.stream;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import java.net.Socket;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The connections that go through the gateway now. Safe from any thread. */
@Singleton
class Streams {

    private static final Logger LOG = Logger.getLogger(Streams.class);

    private final StreamSettings settings;
    private final StreamMetrics metrics;
    private final Set<Stream> live = ConcurrentHashMap.newKeySet();

    Streams(StreamSettings settings, StreamMetrics metrics) {
        this.settings = settings;
        this.metrics = metrics;
        metrics.watch(live::size);
    }

    /** Pumps one to its end, in the calling virtual thread and one more. */
    void run(Destination destination, Socket line, Socket client, Socket target, String whose)
            throws InterruptedException {
        Stream stream = new Stream(line, client, target);
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
            switch (destination) {
                case Destination.Session of -> of.session().disown(stream);
                case Destination.Service _ -> {}
            }
            told(stream, destination, whose);
        }
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
