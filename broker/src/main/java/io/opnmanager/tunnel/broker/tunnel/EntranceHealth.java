package io.opnmanager.tunnel.broker.tunnel;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready only while agents can dial in. */
@Readiness
@ApplicationScoped
class EntranceHealth implements HealthCheck {

    private final Entrance entrance;

    EntranceHealth(Entrance entrance) {
        this.entrance = entrance;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("ssh-listener").status(entrance.isOpen()).build();
    }
}
