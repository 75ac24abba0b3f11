package io.opnmanager.tunnel.broker;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class HealthTest {

    @Test
    void it_is_ready_with_database_migrations_and_ssh_listener() {
        var checks = given().get("/q/health/ready").then().statusCode(200).extract().jsonPath();

        assertThat(checks.getList("checks.name", String.class))
                .contains("Database connections health check", "migrations", "ssh-listener");
        assertThat(checks.getList("checks.status", String.class)).containsOnly("UP");
    }

    @Test
    void it_is_alive() {
        given().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void its_ssh_host_key_is_for_its_owner_only() throws Exception {
        Path folder =
                Path.of(
                        ConfigProvider.getConfig()
                                .getValue("opnmanager.state-folder", String.class));

        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        folder.resolve("ssh_host_ed25519_key"))))
                .isEqualTo("rw-------");
    }
}
