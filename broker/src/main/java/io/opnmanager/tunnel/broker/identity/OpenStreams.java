package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Event streams that operators hold open. A credential is looked at when a call begins, and a
 * stream is a call that does not end: it is cut when its credential is over or taken away. A client
 * that still may asks again by itself. That a stream ends with its operator's rights is no business
 * of this class: whoever tells of things has to know who may hear of them.
 */
@ApplicationScoped
class OpenStreams {

    private static final Logger LOG = Logger.getLogger(OpenStreams.class);
    private static final int MOST = 10_000;

    /** RFC 9113 §7, CANCEL. */
    private static final long CANCEL = 0x8;

    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private final Jdbi jdbi;
    private final OperatorRights rights;
    private final SignInConfiguration configuration;

    OpenStreams(Jdbi jdbi, OperatorRights rights, SignInConfiguration configuration) {
        this.jdbi = jdbi;
        this.rights = rights;
        this.configuration = configuration;
    }

    /**
     * Watches over a call if it asks for an event stream. Never waits.
     *
     * @throws Problem {@code too_many_requests}
     */
    void watch(RoutingContext context, Admitted admitted) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept == null || !accept.toLowerCase(Locale.ROOT).contains("text/event-stream")) {
            return;
        }
        if (open.size() >= MOST) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "too many event streams are open on this node",
                    Duration.ofSeconds(10));
        }
        Stream stream = new Stream(context.request(), admitted, rights.number());
        open.add(stream);
        context.addEndHandler(end -> open.remove(stream));
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        List<Stream> streams = List.copyOf(open);
        try {
            Set<Long> signIns =
                    live(
                            streams,
                            Credential::signIn,
                            """
                            SELECT id FROM sign_in WHERE id IN (<ids>) AND expires_at > UTC_TIMESTAMP(6)
                            AND last_used_at > UTC_TIMESTAMP(6) - INTERVAL :idle MICROSECOND
                            """,
                            Map.of("idle", SignInRow.microseconds(configuration.idle())));
            Set<Long> tokens =
                    live(
                            streams,
                            Credential::token,
                            "SELECT id FROM operator_token WHERE id IN (<ids>) AND expires_at > UTC_TIMESTAMP(6)",
                            Map.of());
            for (Stream stream : streams) {
                if (!mayStay(stream, signIns, tokens)) {
                    LOG.debugf("event stream cut: operator=%s", stream.admitted.operator().name());
                    open.remove(stream);
                    stream.cut();
                }
            }
        } catch (JdbiException e) {
            LOG.debug("credentials of event streams could not be looked at", e);
        }
    }

    int open() {
        return open.size();
    }

    private boolean mayStay(Stream stream, Set<Long> signIns, Set<Long> tokens) {
        Credential credential = stream.admitted.credential();
        if (credential.signIn() != null) {
            return signIns.contains(credential.signIn());
        }
        if (credential.token() != null) {
            return tokens.contains(credential.token());
        }
        // Nothing in the database stands for a password or a certificate: any change may have been
        // its own.
        Instant end = credential.expiresAt();
        return stream.number == rights.number() && (end == null || Instant.now().isBefore(end));
    }

    /** Which of the credentials of one kind are still there and in time. */
    private Set<Long> live(
            List<Stream> streams,
            Function<Credential, @Nullable Long> kind,
            String query,
            Map<String, Long> values) {
        Set<Long> asked = new HashSet<>();
        for (Stream stream : streams) {
            Long id = kind.apply(stream.admitted.credential());
            if (id != null) {
                asked.add(id);
            }
        }
        return asked.isEmpty()
                ? Set.of()
                : jdbi.withHandle(handle ->
                        handle
                                .createQuery(query)
                                .bindList("ids", List.copyOf(asked))
                                .bindMap(values)
                                .mapTo(Long.class)
                                .stream()
                                .collect(Collectors.toUnmodifiableSet()));
    }

    /** One by one: two calls with the same credential are two streams. */
    private static final class Stream {

        private final HttpServerRequest request;
        private final Admitted admitted;
        private final long number;

        Stream(HttpServerRequest request, Admitted admitted, long number) {
            this.request = request;
            this.admitted = admitted;
            this.number = number;
        }

        /** From any thread. */
        void cut() {
            if (request.version() == HttpVersion.HTTP_2) {
                request.response().reset(CANCEL);
            } else {
                request.connection().close();
            }
        }
    }
}
