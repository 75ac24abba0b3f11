package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.limits.Quotas;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.agent.ReleaseApi;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files of the release, for everybody: there is no secret in them, and who installs one has no
 * credential yet. A name is looked up among those that verified and never becomes a path by itself.
 */
@PermitAll
class ReleaseResource implements ReleaseApi {

    /** Many firewalls behind one NAT update themselves in the same minute, six files each. */
    private final Rates rates = new Rates(300, Duration.ofMillis(100), 10_000);

    /** Slow ones keep a connection and a file open, and nothing else. */
    private final Quotas perSource = new Quotas(50);

    private final Quotas all = new Quotas(500);

    private static final String ALL = "";
    private static final Duration LATER = Duration.ofSeconds(5);

    private final ReleaseFolder folder;
    private final ReleaseMetrics metrics;
    private final CurrentCaller current;
    private final CurrentVertxRequest request;

    ReleaseResource(
            ReleaseFolder folder,
            ReleaseMetrics metrics,
            CurrentCaller current,
            CurrentVertxRequest request) {
        this.folder = folder;
        this.metrics = metrics;
        this.current = current;
        this.request = request;
    }

    @Override
    @RunOnVirtualThread
    public Response file(String name) {
        String source = Optional.ofNullable(current.address()).orElse("unknown");
        if (!rates.take(source)) {
            throw tooMany(rates.retryAfter(source));
        }
        return switch (folder.state()) {
            case ReleaseFolder.Nothing _, ReleaseFolder.Refused _ -> throw notFound();
            case ReleaseFolder.Verified verified -> {
                Release.File file = verified.release().files().get(name);
                if (file == null) {
                    throw notFound();
                }
                yield answer(verified, file, source);
            }
        };
    }

    private Response answer(ReleaseFolder.Verified verified, Release.File file, String source) {
        EntityTag tag = new EntityTag(file.sha256());
        RoutingContext context = Objects.requireNonNull(request.getCurrent());
        if (names(context.request().getHeader(HttpHeaders.IF_NONE_MATCH), file.sha256())) {
            return Response.notModified(tag).build();
        }
        enter(context, source);
        metrics.sent();
        return Response.ok(file.in(verified.folder()).toFile())
                .tag(tag)
                .header("X-Content-Type-Options", "nosniff")
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }

    private static boolean names(@Nullable String tags, String sha256) {
        return tags != null && tags.contains('"' + sha256 + '"');
    }

    private void enter(RoutingContext context, String source) {
        if (!perSource.enter(source)) {
            throw tooMany(LATER);
        }
        if (!all.enter(ALL)) {
            perSource.leave(source);
            throw tooMany(LATER);
        }
        // However it ends: sent, or the other end gone.
        context.addEndHandler(_ -> {
            perSource.leave(source);
            all.leave(ALL);
        });
    }

    private static Problem tooMany(Duration retryAfter) {
        return new Problem(
                ProblemCode.TOO_MANY_REQUESTS,
                "wanted fewer files of the release for this address at once",
                retryAfter);
    }

    private static Problem notFound() {
        return new Problem(ProblemCode.NOT_FOUND, "wanted a file of the release, found none");
    }
}
