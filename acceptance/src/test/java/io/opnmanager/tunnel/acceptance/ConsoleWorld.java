package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.SignedRelease;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A world in which every page of the console has something to show. Its administrator signs in
 * once: each sign-in costs a memory-hard hash.
 */
final class ConsoleWorld implements AutoCloseable {

    /** A firewall with this tag is only opened with the approval of a second operator. */
    static final String GUARDED = "guarded";

    private static final String SECOND_PASSWORD = "a password of twenty characters";

    private final World world;
    private @Nullable List<Cookie> signedIn;

    private ConsoleWorld(World world) {
        this.world = world;
    }

    static ConsoleWorld start(String name) throws Exception {
        return start(World.named(name));
    }

    /** The same with a release of agents. */
    static ConsoleWorld start(String name, SignedRelease release) throws Exception {
        return start(World.named(name).release(release));
    }

    private static ConsoleWorld start(WorldBuilder builder) throws Exception {
        return new ConsoleWorld(
                builder.firewalls(1)
                        .plainHttp()
                        .with("opnmanager.request.approval-tags", GUARDED)
                        .start());
    }

    World world() {
        return world;
    }

    /** Somebody who is signed in as the administrator. */
    Person administrator(String name, Look look) throws Exception {
        Person person = world.chromium().person(name, look);
        if (signedIn == null) {
            Broker.Administrator administrator = world.broker().administrator();
            Page page = open(person, "/sign-in");
            page.fill("[data-test=name]", administrator.name());
            page.fill("[data-test=password]", administrator.password());
            page.click("[data-test=sign-in-act]");
            page.waitForSelector("[data-test=account]", attached());
            page.close();
            // It had to ask who is signed in, and was told that nobody was.
            person.forgive();
            signedIn = person.context().cookies();
        }
        person.context().addCookies(signedIn);
        return person;
    }

    /** A new window at a page of the console. */
    Page open(Person person, String path) {
        Page page = person.window();
        page.navigate(world.broker().consoleUri().resolve(path).toString());
        return page;
    }

    /** On a small screen the menu is there, but not to be seen. */
    private static Page.WaitForSelectorOptions attached() {
        return new Page.WaitForSelectorOptions().setState(WaitForSelectorState.ATTACHED);
    }

    /** A call that has to succeed. */
    JsonNode done(String method, String path, ObjectNode body) throws Exception {
        Answer answer = world.operator().call(method, path, body);
        assertThat(answer.isSuccess()).as("%s %s: %s", method, path, answer.text()).isTrue();
        return answer.body();
    }

    /** A firewall whose agent says such things of itself. */
    long enrolled(String name, String hostname, String platform, String version) throws Exception {
        long id = world.operator().createFirewall(name, "https://localhost:443");
        EnrolledFirewall.enrolled(
                world,
                id,
                EnrolledFirewall.ask(world.operator().enrolmentToken(id))
                        .put("hostname", hostname)
                        .put("platform", platform)
                        .put("agent_version", version));
        return id;
    }

    /** Somebody else asks for leave to connect. */
    void askForApproval() throws Exception {
        ObjectNode guarded =
                OperatorClient.object()
                        .put("name", "vault")
                        .put("web_target", "https://localhost:443");
        guarded.putArray("tags").add(GUARDED);
        long vault = done("POST", "/api/v1/firewalls", guarded).path("id").asLong();
        done(
                "POST",
                "/api/v1/operators",
                OperatorClient.object()
                        .put("name", "second")
                        .put("password", SECOND_PASSWORD)
                        .put("role", "operator"));
        try (var second =
                OperatorClient.basic(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        "second",
                        SECOND_PASSWORD)) {
            Answer asked =
                    second.call(
                            "POST",
                            "/api/v1/approvals",
                            OperatorClient.object()
                                    .put("firewall_id", vault)
                                    .put("reason", "Ticket 4711"));
            assertThat(asked.status()).as("%s", asked).isEqualTo(201);
        }
    }

    /** The first firewall shows another certificate than it did; a session that failed for it. */
    long changedCertificate() throws Exception {
        sql("UPDATE certificate_pin SET sha256 = UNHEX(SHA2('another one', 256))");
        JsonNode refused = world.operator().open(world.firewall().id());
        world.operator()
                .awaitStatus(
                        refused.path("id").asLong(),
                        Set.of("disconnected"),
                        Duration.ofSeconds(30));
        return refused.path("id").asLong();
    }

    /** As many more firewalls, with names, tags and versions as they occur. */
    void seed(int firewalls) throws SQLException {
        sql(
                """
                INSERT INTO firewall (name, kind, web_target, hostname, platform, agent_version, agent_token_hash, ssh_public_key,
                    ssh_key_fingerprint, enrolled_at, credential_changed_at, last_seen, created_at)
                SELECT CONCAT(ELT(1 + seq % 16, 'hamburg', 'lisbon', 'oslo', 'vienna', 'porto', 'leeds', 'ghent', 'turin', 'lyon',
                        'malmo', 'bergen', 'krakow', 'zagreb', 'tartu', 'galway', 'basel'), '-',
                    ELT(1 + seq DIV 16 % 8, 'office', 'branch', 'store', 'clinic', 'depot', 'plant', 'school', 'lab'), '-',
                    LPAD(seq DIV 128 + 1, 2, '0')),
                    IF(seq % 3 = 2, 'pfsense', 'opnsense'), 'https://localhost:443', CONCAT('fw-', seq, '.example.net'),
                    ELT(1 + seq % 3, 'OPNsense 25.7.8', 'OPNsense 25.7.6', 'pfSense 2.8.1'), IF(seq % 4 = 0, '0.9.4', '1.0.0'),
                    UNHEX(SHA2(CONCAT('seed-', seq), 256)), REPEAT('k', 400), REPEAT('f', 50), UTC_TIMESTAMP(6), '2020-01-01',
                    IF(seq % 11 = 0, UTC_TIMESTAMP(6) - INTERVAL seq MINUTE, UTC_TIMESTAMP(6)), UTC_TIMESTAMP(6)
                FROM seq_1_to_
                """
                                .stripTrailing()
                        + firewalls);
        sql(
                """
                INSERT INTO firewall_tag (firewall_id, tag, place)
                SELECT id, CONCAT('customer-', CHAR(97 + id % 7 USING utf8mb4)), 0 FROM firewall WHERE hostname LIKE 'fw-%'
                UNION ALL SELECT id, ELT(1 + id % 3, 'europe', 'retail', 'production'), 1 FROM firewall WHERE hostname LIKE 'fw-%'
                """);
    }

    private void sql(String statement) throws SQLException {
        try (var connection = world.broker().database().connect();
                var sql = connection.createStatement()) {
            sql.executeUpdate(statement);
        }
    }

    @Override
    public void close() {
        world.close();
    }
}
