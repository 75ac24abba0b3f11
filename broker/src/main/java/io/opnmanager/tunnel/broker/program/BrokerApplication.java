package io.opnmanager.tunnel.broker.program;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Liveness;

/**
 * What Quarkus runs when everything is started, migrations done and ports open: tells the service
 * manager that the broker is ready, that it works, and when it stops.
 */
@Singleton
public final class BrokerApplication implements QuarkusApplication {

    private final Turning turning;
    private final ServiceManager manager = ServiceManager.ofThisProcess();

    BrokerApplication(@Liveness Turning turning) {
        this.turning = turning;
    }

    @Override
    public int run(String... arguments) {
        manager.ready(turning::turns);
        Quarkus.waitForExit();
        return 0;
    }

    void stopping(@Observes ShutdownDelayInitiatedEvent event) {
        manager.close();
    }
}
