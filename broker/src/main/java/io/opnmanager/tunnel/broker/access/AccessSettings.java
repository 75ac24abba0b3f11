package io.opnmanager.tunnel.broker.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of how browsers get into sessions and when their windows count as gone. */
@ConfigMapping(prefix = "opnmanager.access")
public interface AccessSettings {

    /**
     * Where operators reach the console: scheme, host and port, as their browsers see it. A browser
     * that has not been let in is sent there.
     */
    @WithDefault("http://localhost:8080")
    String consoleUrl();

    /**
     * Where browsers reach the sessions of this node: scheme, {@code *.} and a domain, and port.
     * The {@code *} becomes a random word of 26 letters and digits for each session. Needs a
     * wildcard name and certificate; {@code *.localhost} needs neither. Each node has its own, so
     * that a browser goes straight to the node that holds the line.
     */
    @WithDefault("http://*.localhost:8080")
    String sessionUrl();

    /**
     * How long a ticket into a session can be used. 5 s to 5 min; a browser needs well under 1 s.
     */
    @WithDefault("30s")
    @DurationMin(seconds = 5)
    @DurationMax(minutes = 5)
    Duration ticket();

    /** Tickets of one operator that are not used yet; more are refused. 1 to 1000. */
    @WithDefault("20")
    @Min(1)
    @Max(1_000)
    int tickets();

    /**
     * How often a window says that it is there, and how often that is written to the row at the
     * most. 1 s to 60 s; never less often than four times within {@code
     * opnmanager.request.window-gone}, so that one lost sign ends nothing.
     */
    @WithDefault("15s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 60)
    Duration beat();

    /**
     * How long after the farewell of its last window a session waits for the next page, because a
     * window that goes to another page says farewell too. 1 s to 30 s.
     */
    @WithDefault("3s")
    @DurationMin(seconds = 1)
    @DurationMax(seconds = 30)
    Duration farewell();

    /** Windows and tabs of one session that are counted; more do not keep it open. 1 to 10000. */
    @WithDefault("200")
    @Min(1)
    @Max(10_000)
    int tabs();
}
