package io.opnmanager.tunnel.broker.firewall;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PinsTest {

    private static final Target TARGET = Target.parse("https://localhost:443");
    private static final String FIRST = "0a".repeat(32);
    private static final String SECOND = "fe".repeat(32);

    @Inject Pins pins;

    @Test
    void the_first_certificate_is_trusted_and_another_one_differs() throws Exception {
        long firewall = Api.firewall();
        assertThat(check(firewall, FIRST)).isEqualTo(new PinVerdict.Pinned());
        assertThat(check(firewall, FIRST)).isEqualTo(new PinVerdict.Matches());
        assertThat(check(firewall, SECOND)).isEqualTo(new PinVerdict.Differs(FIRST));
        assertThat(check(firewall, FIRST)).isEqualTo(new PinVerdict.Matches());
    }

    @Test
    void targets_have_pins_of_their_own() throws Exception {
        long firewall = Api.firewall();
        check(firewall, FIRST);
        assertThat(
                        pins.check(
                                firewall,
                                Target.parse("https://localhost:8443"),
                                HexFormat.of().parseHex(SECOND)))
                .isEqualTo(new PinVerdict.Pinned());
    }

    @Test
    void of_many_first_looks_at_the_same_moment_one_pins() throws Exception {
        long firewall = Api.firewall();
        List<Future<PinVerdict>> verdicts = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                verdicts.add(threads.submit(() -> check(firewall, FIRST)));
            }
        }
        int pinned = 0;
        for (Future<PinVerdict> verdict : verdicts) {
            pinned += verdict.get() instanceof PinVerdict.Pinned ? 1 : 0;
        }
        assertThat(pinned).isEqualTo(1);
    }

    @Test
    void an_offered_certificate_is_shown_until_it_is_accepted() throws Exception {
        long firewall = Api.firewall();
        String path = "/api/v1/firewalls/" + firewall + "/certificate-pin";
        check(firewall, FIRST);
        check(firewall, SECOND);
        administrator()
                .get(path)
                .then()
                .statusCode(200)
                .body("items.target", contains("https://localhost:443"))
                .body("items[0].sha256", equalTo(FIRST))
                .body("items[0].pinned_by", nullValue())
                .body("items[0].offered_sha256", equalTo(SECOND));

        administrator()
                .body(
                        "{\"target\": \"https://127.0.0.1:443\", \"sha256\": \"%s\"}"
                                .formatted("FE:".repeat(31) + "FE"))
                .put(path)
                .then()
                .statusCode(200)
                .body("items[0].sha256", equalTo(SECOND))
                .body("items[0].pinned_by", equalTo("administrator"))
                .body("items[0].offered_sha256", nullValue());

        assertThat(check(firewall, SECOND)).isEqualTo(new PinVerdict.Matches());
        administrator()
                .queryParam("subject", "firewall:" + firewall)
                .get("/api/v1/audit")
                .then()
                .body("items.action", hasItem("firewall.accept-certificate"))
                .body("items[0].detail", equalTo("https://localhost:443 " + SECOND));
    }

    @Test
    void an_operator_accepts_it_too_and_the_pin_says_who() throws Exception {
        long firewall = Api.firewall();
        check(firewall, FIRST);
        check(firewall, SECOND);
        String name = Api.name("op");
        administrator()
                .body(
                        "{\"name\": \"%s\", \"password\": \"twelve-or-more\", \"role\": \"operator\"}"
                                .formatted(name))
                .post("/api/v1/operators")
                .then()
                .statusCode(201);

        Api.stranger()
                .auth()
                .preemptive()
                .basic(name, "twelve-or-more")
                .body(
                        "{\"target\": \"https://localhost:443\", \"sha256\": \"%s\"}"
                                .formatted(SECOND))
                .put("/api/v1/firewalls/" + firewall + "/certificate-pin")
                .then()
                .statusCode(200)
                .body("items[0].sha256", equalTo(SECOND))
                .body("items[0].pinned_by", equalTo(name));
    }

    @Test
    void a_fingerprint_that_is_none_is_refused() throws Exception {
        administrator()
                .body("{\"target\": \"https://localhost:443\", \"sha256\": \"abc\"}")
                .put("/api/v1/firewalls/" + Api.firewall() + "/certificate-pin")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"))
                .body("violations.field", contains("sha256"));
    }

    private PinVerdict check(long firewall, String sha256) {
        return pins.check(firewall, TARGET, HexFormat.of().parseHex(sha256));
    }
}
