package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.tunnelctl.operations.Session;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What one may say about a session that is asked for. */
final class SessionOptions {

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why, for the audit; some brokers want one.")
    @Nullable String reason;

    @Option(
            names = "--lifetime",
            paramLabel = "TIME",
            converter = Lifetime.class,
            description = "How long at the most, for example 30m; else the broker's default.")
    @Nullable Duration lifetime;

    @Option(
            names = "--reconnect",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = Lifetime.class,
            description = "For how long to try again when the session was lost (${DEFAULT-VALUE}).")
    Duration reconnect = Duration.ofMinutes(10);

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Lifetime.class,
            description = "How long a new local connection waits meanwhile (${DEFAULT-VALUE}).")
    Duration wait = Duration.ofSeconds(30);

    Session.Wanted wanted(long firewall, @Nullable String target) {
        return Session.Wanted.fresh(
                new TunnelAsk(
                        firewall,
                        target,
                        reason,
                        lifetime == null ? null : lifetime.toSeconds(),
                        null));
    }

    Session.Patience patience() {
        return new Session.Patience(Duration.ZERO, reconnect);
    }
}
