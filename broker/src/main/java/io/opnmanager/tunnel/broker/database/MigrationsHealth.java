package io.opnmanager.tunnel.broker.database;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

/** Ready only on a schema that this version knows. */
@Readiness
@ApplicationScoped
class MigrationsHealth implements HealthCheck {

    private final Flyway flyway;

    /**
     * Nobody takes a migration back while the broker runs: a schema that was right is asked once.
     */
    private volatile String current = "";

    MigrationsHealth(Flyway flyway) {
        this.flyway = flyway;
    }

    @Override
    public HealthCheckResponse call() {
        if (current.isEmpty() && flyway.info().pending().length == 0) {
            MigrationInfo newest = flyway.info().current();
            current = newest == null ? "" : String.valueOf(newest.getVersion());
        }
        return HealthCheckResponse.named("migrations")
                .status(!current.isEmpty())
                .withData("version", current)
                .build();
    }
}
