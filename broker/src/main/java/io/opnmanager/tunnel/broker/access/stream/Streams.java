package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.operator.GatewayStream;
import io.opnmanager.tunnel.contract.operator.StreamEnd;
import io.opnmanager.tunnel.contract.tls.Side;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** The connections that go through the gateway now, and the last that did. Safe from any thread. */
@Singleton
class Streams {

    private static final Logger LOG = Logger.getLogger(Streams.class);

    private final StreamSettings settings;
    private final StreamMetrics metrics;
    private final LiveSessions sessions;
    private final Shares shares;
    private final AtomicLong number = new AtomicLong();
    private final Map<Long, LiveStream> live = new ConcurrentHashMap<>();
    private final EndedStreams ended = new EndedStreams();

    Streams(StreamSettings settings, StreamMetrics metrics, LiveSessions sessions) {
        this.settings = settings;
        this.metrics = metrics;
        this.sessions = sessions;
        this.shares = new Shares(settings.bandwidth());
        metrics.watch(live::size);
    }

    /** Pumps one to its end, in the calling virtual thread and one more. */
    void run(Destinations.Granted granted, Side client, Side target) throws InterruptedException {
        Destination destination = granted.destination();
        Stream stream = new Stream(client, target, shares.enter(destination.name()));
        LiveStream one =
                new LiveStream(
                        number.incrementAndGet(),
                        Instant.now(),
                        destination,
                        granted.guest(),
                        stream);
        live.put(one.id(), one);
        switch (destination) {
            case Destination.Session of -> of.session().own(stream);
            case Destination.Service _ -> {}
        }
        try {
            stream.run();
        } finally {
            stream.close();
            told(one);
            live.remove(one.id());
            shares.leave(destination.name());
            switch (destination) {
                case Destination.Session of -> of.session().disown(stream);
                case Destination.Service _ -> {}
            }
        }
    }

    private void told(LiveStream one) {
        Stream stream = one.stream();
        StreamEnd end = Objects.requireNonNull(stream.end(), "it has just been closed");
        metrics.ended(end, stream.bytesIn(), stream.bytesOut());
        ended.add(one.view(sessions.node(), Instant.now()));
        LOG.infof(
                "stream ended: destination=%s client=%s seconds=%d in=%d out=%d reason=%s",
                one.destination().name(),
                one.guest().subject(),
                stream.upTime().toSeconds(),
                stream.bytesIn(),
                stream.bytesOut(),
                StreamMetrics.word(end));
    }

    /** What goes on and what ended last, newest first. */
    List<GatewayStream> all() {
        Map<Long, GatewayStream> byId = new TreeMap<>(Comparator.reverseOrder());
        live.forEach((id, one) -> byId.put(id, one.view(sessions.node(), null)));
        // After the live ones, so that what ends in between is in one list at least.
        ended.all().forEach(one -> byId.put(one.id(), one));
        return List.copyOf(byId.values());
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        for (LiveStream one : live.values()) {
            if (mayGoOn(one)) {
                one.stream().look(settings.idle(), settings.stall());
            } else {
                one.stream().close();
            }
        }
    }

    private boolean mayGoOn(LiveStream one) {
        Caller.Operator operator = one.guest().operator();
        return switch (one.destination()) {
            case Destination.Session of ->
                    operator != null && sessions.holds(of.session(), operator);
            // Whoever is listed by an authority of the configuration is nobody that we know.
            case Destination.Service _ -> operator == null || sessions.isKnown(operator.name());
        };
    }

    void closeAll() {
        live.values().forEach(one -> one.stream().close());
    }
}
