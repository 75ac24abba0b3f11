package io.opnmanager.tunnel.tunnelctl.operations;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.KebabCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code tunnelctl serve}. Paths in it are relative to its own folder; times are for
 * example {@code 500ms}, {@code 30s}, {@code 5m}.
 *
 * @param broker for forwards to firewalls; absent is the sign-in of {@code tunnelctl login}
 * @param gateway for forwards to services
 * @param certificate shown to services
 * @param connectTimeout how long TCP may take, and then TLS; 1 s to 60 s, 10 s when absent
 * @param waitLimit {@code wait}: how long a local connection waits for a way that is not there at
 *     the moment; 1 s to 10 min, 30 s when absent
 * @param connections of each forward at once; 1 to 10000, 500 when absent
 * @param forwards one at least
 * @param log where it says what goes on
 */
@RegisterForReflection
@JsonNaming(KebabCaseStrategy.class)
public record ClientFile(
        @Nullable Broker broker,
        @Nullable Gateway gateway,
        @Nullable Certificate certificate,
        @Nullable Duration connectTimeout,
        @JsonProperty("wait") @Nullable Duration waitLimit,
        @Nullable Integer connections,
        @Nullable List<Entry> forwards,
        @Nullable Log log) {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int CONNECTIONS = 500;

    /**
     * The broker's API.
     *
     * @param url {@code https://host[:port]}
     * @param caFile authorities to trust instead of the system's
     * @param tokenFile a token of an operator, in a file that nobody else can read
     */
    @RegisterForReflection
    @JsonNaming(KebabCaseStrategy.class)
    public record Broker(String url, @Nullable Path caFile, Path tokenFile) {}

    /**
     * The gateway.
     *
     * @param host a name or an address
     * @param port 1 to 65535, 8443 when absent
     * @param caFile authorities to trust instead of the system's
     * @param tls12 whether TLS 1.2 will do, too
     */
    @RegisterForReflection
    @JsonNaming(KebabCaseStrategy.class)
    public record Gateway(
            String host, @Nullable Integer port, @Nullable Path caFile, boolean tls12) {

        private static final int USUAL_PORT = 8443;

        Service.Place place() {
            return new Service.Place(host, port == null ? USUAL_PORT : port);
        }
    }

    /**
     * One's own, in PEM.
     *
     * @param file the certificate, and those that vouch for it
     * @param keyFile its key without a password; absent when it is in the same file
     */
    @RegisterForReflection
    @JsonNaming(KebabCaseStrategy.class)
    public record Certificate(Path file, @Nullable Path keyFile) {}

    /**
     * A local port and where it leads.
     *
     * @param listen {@code [address:]port}; without an address it is loopback
     * @param service server name of a service of the gateway; this or a firewall
     * @param firewall name or number; its session is opened by the first connection
     * @param target of the firewall: {@code https} when absent, {@code ssh}, {@code host:port}
     * @param reason for the audit
     */
    @RegisterForReflection
    @JsonNaming(KebabCaseStrategy.class)
    public record Entry(
            String listen,
            @Nullable String service,
            @Nullable String firewall,
            @Nullable String target,
            @Nullable String reason) {}

    /**
     * Lines go to the standard error, and to a file when one is named.
     *
     * @param level ERROR, WARN, INFO or DEBUG; INFO when absent
     * @param file written to, and renamed when it is full
     * @param maxSize of the file, for example {@code 10M}, which it is when absent
     * @param files how many full ones are kept; 1 to 100, 5 when absent
     */
    @RegisterForReflection
    @JsonNaming(KebabCaseStrategy.class)
    public record Log(
            @Nullable String level,
            @Nullable Path file,
            @Nullable String maxSize,
            @Nullable Integer files) {

        private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG");
        private static final int MOST_FILES = 100;

        /** The level, in capitals. */
        public String levelOrUsual() {
            return level == null ? "INFO" : level.toUpperCase(Locale.ROOT);
        }

        private void check() {
            require(
                    LEVELS.contains(levelOrUsual()),
                    "log.level",
                    "ERROR, WARN, INFO or DEBUG",
                    level);
            require(
                    maxSize == null || maxSize.matches("[1-9]\\d{0,8}[KMG]?"),
                    "log.max-size",
                    "a size such as 10M",
                    maxSize);
            require(
                    files == null || (files >= 1 && files <= MOST_FILES),
                    "log.files",
                    "1 to 100",
                    files);
        }
    }

    /** How local connections are treated. */
    Forward.Terms terms() {
        return new Forward.Terms(
                waitLimit == null ? WAIT : waitLimit,
                connections == null ? CONNECTIONS : connections);
    }

    Duration connectLimit() {
        return connectTimeout == null ? CONNECT : connectTimeout;
    }

    /** Where it says what goes on. */
    public Log logging() {
        return log == null ? new Log(null, null, null, null) : log;
    }

    List<Entry> entries() {
        return forwards == null ? List.of() : forwards;
    }

    /** What Jackson cannot know. */
    void check() {
        require(
                within(connectTimeout, Duration.ofSeconds(60)),
                "connect-timeout",
                "1s to 60s",
                connectTimeout);
        require(within(waitLimit, Duration.ofMinutes(10)), "wait", "1s to 10m", waitLimit);
        require(
                connections == null || (connections >= 1 && connections <= 10_000),
                "connections",
                "1 to 10000",
                connections);
        require(!entries().isEmpty(), "forwards", "one at least", null);
        logging().check();
        if (broker != null) {
            require(broker.url() != null, "broker.url", "https://host[:port]", null);
            require(broker.tokenFile() != null, "broker.token-file", "a file", null);
        }
        if (gateway != null) {
            require(gateway.host() != null, "gateway.host", "a name or an address", null);
            require(
                    gateway.port() == null || (gateway.port() >= 1 && gateway.port() <= 65_535),
                    "gateway.port",
                    "1 to 65535",
                    gateway.port());
        }
        if (certificate != null) {
            require(certificate.file() != null, "certificate.file", "a file", null);
        }
        for (int i = 0; i < entries().size(); i++) {
            check(entries().get(i), "forwards[" + i + "]");
        }
    }

    private void check(Entry entry, String where) {
        require(entry.listen() != null, where + ".listen", "[address:]port", null);
        var _ = LocalAddress.of(entry.listen(), where + ".listen");
        require(
                (entry.service() == null) != (entry.firewall() == null),
                where,
                "either service or firewall",
                entry.service() == null ? "neither" : "both");
        if (entry.service() != null) {
            require(entry.target() == null, where + ".target", "it with firewall only", "it");
            require(gateway != null, "gateway", "it, for " + where + ".service", null);
            require(certificate != null, "certificate", "it, for " + where + ".service", null);
        }
        if (entry.target() != null) {
            var _ = Targets.of(entry.target());
        }
    }

    private static boolean within(@Nullable Duration time, Duration most) {
        return time == null
                || (time.compareTo(Duration.ofSeconds(1)) >= 0 && time.compareTo(most) <= 0);
    }

    private static void require(boolean right, String key, String wanted, @Nullable Object found) {
        if (!right) {
            throw new IllegalArgumentException(
                    "%s: wanted %s, found %s"
                            .formatted(key, wanted, found == null ? "nothing" : found));
        }
    }
}
