package io.opnmanager.tunnel.broker.release;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Says whether the release verified. Ready in any case: a wrong folder must not take tunnels out of
 * service.
 */
@Readiness
@ApplicationScoped
class ReleaseHealth implements HealthCheck {

    private final ReleaseFolder folder;

    ReleaseHealth(ReleaseFolder folder) {
        this.folder = folder;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("release").up();
        return (switch (folder.state()) {
                    case ReleaseFolder.Nothing _ -> answer.withData("state", "none");
                    case ReleaseFolder.Verified verified ->
                            answer.withData("state", "verified")
                                    .withData("version", verified.release().version().text());
                    case ReleaseFolder.Refused refused ->
                            answer.withData("state", "refused")
                                    .withData("because", refused.because());
                })
                .build();
    }
}
