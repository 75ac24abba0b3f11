package io.opnmanager.tunnel.broker.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 20,000 firewalls, as many as one broker is to serve. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FleetOfThousandsTest {

    private static final int FIREWALLS = 20_000;

    /**
     * A median of five over HTTP on two shared cores; it is 10 to 60 ms where nothing else runs.
     */
    private static final Duration FAST = Duration.ofSeconds(1);

    @Inject Jdbi jdbi;
    @Inject Fleet fleet;

    @BeforeEach
    void make() {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    """
                    INSERT INTO firewall (name, kind, web_target, hostname, platform, agent_version, agent_token_hash, ssh_public_key,
                        ssh_key_fingerprint, enrolled_at, credential_changed_at, last_seen, created_at)
                    SELECT CONCAT('thousands-', seq), 'opnsense', 'https://localhost:443', CONCAT('host-', seq, '.example.net'),
                        'FreeBSD 14.3 amd64', '1.0', UNHEX(SHA2(CONCAT('thousands-', seq), 256)), REPEAT('k', 400), REPEAT('f', 50),
                        UTC_TIMESTAMP(6), '2020-01-01', UTC_TIMESTAMP(6) - INTERVAL (seq %% 100) SECOND, UTC_TIMESTAMP(6)
                    FROM seq_1_to_20000
                    """
                            .replace("%%", "%"));
            handle.execute(
                    """
                    INSERT INTO firewall_tag (firewall_id, tag, place)
                    SELECT id, CONCAT('site-', id % 200), 0 FROM firewall WHERE name LIKE 'thousands-%'
                    UNION ALL SELECT id, 'thousands', 1 FROM firewall WHERE name LIKE 'thousands-%'
                    """);
        });
    }

    @AfterEach
    void remove() {
        jdbi.useHandle(
                handle -> handle.execute("DELETE FROM firewall WHERE name LIKE 'thousands-%'"));
    }

    @Test
    void every_list_of_them_is_fast() throws Exception {
        Person all = Person.with("viewer");
        Person some = Person.with("viewer", "site-7", "site-8").narrowed("thousands");

        assertFast(all, "first page", "?size=50");
        assertFast(all, "a page far back", "?size=50&page=390");
        assertFast(all, "by status", "?sort=status");
        assertFast(all, "by last seen", "?sort=last_seen");
        assertFast(all, "online ones", "?online=true&sort=last_seen");
        assertFast(all, "search", "?query=host-1999");
        assertFast(all, "one tag", "?tag=site-7");
        assertFast(all, "tags", "/tags");
        assertFast(some, "within reach", "?sort=status");
        assertFast(some, "tags within reach", "/tags");
        some.call()
                .get("/api/v1/firewalls?size=10")
                .then()
                .body("items", hasSize(10))
                .body("total", equalTo(200));
    }

    @Test
    void what_changed_is_found_without_looking_at_all_of_them() {
        Instant now = fleet.now();
        long[] took = new long[20];
        for (int i = 0; i < took.length; i++) {
            long begin = System.nanoTime();
            assertThat(fleet.changedSince(now.minusSeconds(5)).size()).isLessThan(FIREWALLS / 5);
            took[i] = System.nanoTime() - begin;
        }
        Arrays.sort(took);
        assertThat(Duration.ofNanos(took[10])).as("the median").isLessThan(Duration.ofMillis(200));
    }

    private static void assertFast(Person who, String what, String path) {
        long[] took = new long[5];
        for (int i = 0; i < took.length; i++) {
            long begin = System.nanoTime();
            who.call().get("/api/v1/firewalls" + path).then().statusCode(200);
            took[i] = System.nanoTime() - begin;
        }
        Arrays.sort(took);
        System.out.printf("%s: %d ms%n", what, took[2] / 1_000_000);
        assertThat(Duration.ofNanos(took[2])).as(what).isLessThan(FAST);
    }
}
