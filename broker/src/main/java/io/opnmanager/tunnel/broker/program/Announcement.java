package io.opnmanager.tunnel.broker.program;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.health.Liveness;

/** Tells the service manager when the broker is ready, that it works, and when it stops. */
@ApplicationScoped
class Announcement {

    private final Turning turning;
    private final ServiceManager manager = ServiceManager.ofThisProcess();

    Announcement(@Liveness Turning turning) {
        this.turning = turning;
    }

    /** After every other: migrations are done, the ports for HTTP and SSH are open. */
    void started(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        manager.ready(turning::turns);
    }

    void stopping(@Observes ShutdownDelayInitiatedEvent event) {
        manager.close();
    }
}
