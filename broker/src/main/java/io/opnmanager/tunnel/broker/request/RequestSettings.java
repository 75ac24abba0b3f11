package io.opnmanager.tunnel.broker.request;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of a request's life. */
@ConfigMapping(prefix = "opnmanager.request")
public interface RequestSettings {

    /** A request that is not active after this time ends as timeout. From 1 s. */
    @WithDefault("30s")
    @DurationMin(seconds = 1)
    Duration establish();

    /**
     * How long a session may be active when its request names no lifetime of its own. From 1 s to
     * {@link #lifetimeMaximum}.
     */
    @WithDefault("30m")
    @DurationMin(seconds = 1)
    Duration lifetime();

    /** The longest lifetime that a request may ask for. From {@link #lifetime}. */
    @WithDefault("8h")
    @DurationMin(seconds = 1)
    Duration lifetimeMaximum();

    /** How often the broker probes the target of an active session through its tunnel. From 1 s. */
    @WithDefault("60s")
    @DurationMin(seconds = 1)
    Duration heartbeat();

    /**
     * An active session ends when its holder gave no heartbeat, or no probe was answered, for this
     * time. From two heartbeats, so that one lost answer ends nothing.
     */
    @WithDefault("150s")
    @DurationMin(seconds = 1)
    Duration heartbeatMissed();

    /**
     * A session that was ever held by a browser window ends when no window gave a sign for this
     * time. From 1 s.
     */
    @WithDefault("60s")
    @DurationMin(seconds = 1)
    Duration windowGone();

    /**
     * An active session without a byte for this time ends; the broker's own probes do not count.
     * From 1 s.
     */
    @WithDefault("10m")
    @DurationMin(seconds = 1)
    Duration idle();

    /**
     * Bytes in both directions together after which a session ends, when its request names none.
     * Default: unlimited.
     */
    Optional<MemorySize> byteLimit();

    /** Connections through one session at once; more are closed at once. From 1. */
    @WithDefault("256")
    @Min(1)
    int connections();

    /**
     * How often this node looks for work that other nodes were given. 50 ms to 5 s; one query for
     * all agents together.
     */
    @WithDefault("250ms")
    @DurationMin(millis = 50)
    @DurationMax(seconds = 5)
    Duration watch();

    /**
     * Calls a second that one firewall's agent may make in the long run; more are answered 429.
     * From 1.
     */
    @WithDefault("10")
    @Min(1)
    int callsPerSecond();

    /**
     * Whether whoever asks for a tunnel has to say why. Default: no, so that scripts written before
     * go on working.
     */
    @WithDefault("false")
    boolean reasonRequired();

    /**
     * A firewall with one of these tags is connected to only with the approval of a second
     * operator. Default: none.
     */
    Optional<List<String>> approvalTags();

    /**
     * For how long an approval can be decided and used after it was asked for. 1 min to 7 days; it
     * bounds how long a granted one that nobody needs any more lies about.
     */
    @WithDefault("1h")
    @DurationMin(minutes = 1)
    @DurationMax(days = 7)
    Duration approvalLifetime();

    /**
     * For how long an ended request is handed out for killing to an agent that does not confirm.
     * From 1 min.
     */
    @WithDefault("24h")
    @DurationMin(minutes = 1)
    Duration killRetention();

    /**
     * How long a stopping broker waits for live sessions to end by themselves before it ends them.
     * From 0 s.
     */
    @WithDefault("10s")
    @DurationMin(seconds = 0)
    Duration drain();
}
