package io.opnmanager.tunnel.broker;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DatabaseAwayTest {

    @Test
    void without_its_database_it_says_so_still_knows_agents_and_comes_back() throws Exception {
        String agent = Api.enrolled(Api.firewall());
        var database = TestDatabase.server();
        database.stop();
        try {
            administrator()
                    .get("/api/v1/firewalls")
                    .then()
                    .statusCode(503)
                    .contentType("application/problem+json")
                    .header("Retry-After", equalTo("2"))
                    .body("code", equalTo("database_unavailable"));
            bearer("opo_unknown")
                    .get("/api/test/whoami")
                    .then()
                    .statusCode(503)
                    .body("code", equalTo("database_unavailable"));
            bearer(agent).get("/api/test/whoami").then().statusCode(200);
            bearer("opa_unknown").get("/api/test/whoami").then().statusCode(401);
        } finally {
            database.start();
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> administrator().get("/api/v1/firewalls").then().statusCode(200));
    }
}
