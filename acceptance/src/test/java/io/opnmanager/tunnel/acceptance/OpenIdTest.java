package io.opnmanager.tunnel.acceptance;

import static io.opnmanager.tunnel.acceptance.OpenIdWorld.COOKIE;
import static io.opnmanager.tunnel.acceptance.OpenIdWorld.PATH;
import static io.opnmanager.tunnel.acceptance.OpenIdWorld.path;
import static io.opnmanager.tunnel.acceptance.OpenIdWorld.query;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signing in through a real provider of OpenID Connect.
 *
 * <p>Long because the provider takes half a minute to start: whatever needs one is here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenIdTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private OpenIdWorld openId;
    private World world;
    private Keycloak keycloak;

    @BeforeAll
    void start() throws Exception {
        openId = OpenIdWorld.start();
        world = openId.world();
        keycloak = openId.keycloak();
    }

    @AfterAll
    void end() {
        world.close();
    }

    private void assertRefused(String landed, String why, Browser browser) {
        assertThat(landed).isEqualTo("/sign-in?error=" + why);
        assertThat(browser.cookies(openId.host())).doesNotContainKey(COOKIE);
    }

    @Test
    void the_broker_starts_without_its_provider_and_says_that_it_is_away() {
        assertThat(openId.beforeTheProviderRan()).endsWith("/sign-in?error=openid_unavailable");
    }

    @Test
    void the_console_is_told_that_it_can_offer_it() throws Exception {
        assertThat(
                        world.nobody()
                                .call("GET", "/api/v1/sign-in/methods", null)
                                .body()
                                .path("openid")
                                .asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ada,administrator,[]", "oscar,operator,'[\"north\",\"south\"]'", "vera,viewer,[]"})
    void roles_and_tags_are_what_the_provider_says(String user, String role, String tags)
            throws Exception {
        try (Browser browser = openId.browser()) {
            assertThat(openId.signIn(browser, user)).isEqualTo("/");

            JsonNode me = openId.whoAmI(browser);
            assertThat(me.path("operator").asText()).isEqualTo(user);
            assertThat(me.path("role").asText()).isEqualTo(role);
            assertThat(me.path("tags")).isEqualTo(JSON.readTree(tags));
            assertThat(me.path("method").asText()).isEqualTo("openid");
            assertThat(openId.operatorOf(user).path("origin").asText()).isEqualTo("openid");
        }
    }

    @Test
    void what_is_asked_has_state_nonce_and_pkce_and_nothing_of_it_can_be_read_from_the_cookie()
            throws Exception {
        try (Browser browser = openId.browser()) {
            HttpResponse<String> away = browser.get(openId.entrance());

            assertThat(away.statusCode()).isEqualTo(303);
            assertThat(away.headers().firstValue("Cache-Control")).hasValue("no-store");
            URI provider = Browser.location(away);
            assertThat(provider.toString())
                    .startsWith(keycloak.realm() + "/protocol/openid-connect/auth?");
            Map<String, String> asked = query(provider);
            assertThat(asked)
                    .containsEntry("response_type", "code")
                    .containsEntry("client_id", "opnmanager")
                    .containsEntry("redirect_uri", openId.entrance().toString())
                    .containsEntry("code_challenge_method", "S256");
            assertThat(asked.get("nonce")).hasSizeGreaterThanOrEqualTo(32);
            assertThat(asked.get("code_challenge")).hasSize(43);
            assertThat(browser.cookies(openId.host())).hasSize(1);
            Browser.Cookie state = browser.cookies(openId.host()).values().iterator().next();
            assertThat(state.attributes())
                    .contains("secure", "httponly", "samesite=lax", "path=" + PATH);
            assertThat(state.value()).startsWith(asked.get("state") + "|eyJ");
            assertThat(state.value()).doesNotContain(asked.get("nonce"));
        }
    }

    @Test
    void the_sign_in_is_our_own_and_the_only_one() throws Exception {
        try (Browser browser = openId.browser()) {
            assertThat(openId.signIn(browser, "ada")).isEqualTo("/");

            assertThat(browser.cookies(openId.host())).containsOnlyKeys(COOKIE);
            assertThat(browser.cookie(openId.host(), COOKIE).attributes())
                    .contains("secure", "httponly", "samesite=strict", "path=/");
        }
    }

    @Test
    void a_second_visit_is_the_same_operator() throws Exception {
        try (Browser first = openId.browser();
                Browser second = openId.browser()) {
            assertThat(openId.signIn(first, "vera")).isEqualTo("/");
            JsonNode made = openId.operatorOf("vera");
            assertThat(openId.signIn(second, "vera")).isEqualTo("/");

            assertThat(openId.operatorOf("vera").path("created_at"))
                    .isEqualTo(made.path("created_at"));
            assertThat(openId.whoAmI(first).path("operator").asText()).isEqualTo("vera");
            assertThat(openId.whoAmI(second).path("operator").asText()).isEqualTo("vera");
        }
    }

    @ParameterizedTest
    @CsvSource({"norole,openid_no_role", "notags,openid_no_tags"})
    void whoever_may_do_nothing_is_refused_and_not_made(String user, String why) throws Exception {
        Map<String, Long> before = world.rows().counts();
        try (Browser browser = openId.browser()) {
            assertRefused(openId.signIn(browser, user), why, browser);
            assertThat(world.rows().counts()).isEqualTo(before);
        }
    }

    @Test
    void a_local_account_of_the_same_name_is_not_taken_over() throws Exception {
        assertThat(
                        world.operator()
                                .call(
                                        "POST",
                                        "/api/v1/operators",
                                        OperatorClient.object()
                                                .put("name", "local")
                                                .put("password", "correct horse battery")
                                                .put("role", "viewer"))
                                .status())
                .isEqualTo(201);
        JsonNode before = openId.operatorOf("local");
        try (Browser browser = openId.browser()) {
            assertRefused(openId.signIn(browser, "local"), "openid_name_taken", browser);
            assertThat(openId.operatorOf("local")).isEqualTo(before);
        }
    }

    @Test
    void a_role_changed_at_the_provider_counts_from_the_next_sign_in_on() throws Exception {
        try (Browser browser = openId.browser();
                Browser later = openId.browser()) {
            assertThat(openId.signIn(browser, "changes")).isEqualTo("/");
            assertThat(openId.whoAmI(browser).path("role").asText()).isEqualTo("viewer");
            keycloak.role("changes", "opnmanager-operator");
            assertThat(openId.whoAmI(browser).path("role").asText()).isEqualTo("viewer");

            assertThat(openId.signIn(later, "changes")).isEqualTo("/");

            assertThat(openId.whoAmI(later).path("role").asText()).isEqualTo("operator");
            assertThat(openId.whoAmI(browser).path("role").asText()).isEqualTo("operator");
            JsonNode entries =
                    world.operator()
                            .call(
                                    "GET",
                                    "/api/v1/audit?action=operator.change&subject=operator:changes",
                                    null)
                            .body()
                            .path("items");
            assertThat(entries.get(0).path("detail").asText())
                    .isEqualTo(
                            "by OpenID Connect from viewer within north to operator within north");
        }
    }

    @Test
    void whoever_has_no_role_at_the_provider_any_more_keeps_nothing_here() throws Exception {
        try (Browser browser = openId.browser();
                Browser later = openId.browser()) {
            keycloak.role("leaves", "opnmanager-operator");
            assertThat(openId.signIn(browser, "leaves")).isEqualTo("/");
            keycloak.role("leaves", "something-else");

            assertThat(openId.signIn(later, "leaves")).isEqualTo("/sign-in?error=openid_no_role");

            assertThat(browser.get(world.broker().uri().resolve("/api/v1/sign-in")).statusCode())
                    .isEqualTo(401);
            assertThat(
                            world.operator()
                                    .call("DELETE", "/api/v1/operators/leaves", null)
                                    .body()
                                    .path("code")
                                    .asText())
                    .isEqualTo("operator_unknown");
        }
    }

    @Test
    void an_answer_is_taken_once() throws Exception {
        try (Browser browser = openId.browser()) {
            URI back = openId.back(browser, "ada");
            Map<String, Browser.Cookie> state = Map.copyOf(browser.cookies(openId.host()));
            assertThat(path(browser.get(back))).isEqualTo("/");
            browser.cookies(openId.host()).clear();

            // Its cookie is gone.
            assertRefused(path(browser.get(back)), "openid_failed", browser);
            // Somebody kept the cookie.
            browser.cookies(openId.host()).putAll(state);
            assertRefused(path(browser.get(back)), "openid_failed", browser);
        }
    }

    @Test
    void an_answer_to_another_browser_is_refused() throws Exception {
        try (Browser asked = openId.browser();
                Browser other = openId.browser()) {
            URI back = openId.back(asked, "ada");
            assertThat(other.get(openId.entrance()).statusCode()).isEqualTo(303);

            assertRefused(path(other.get(back)), "openid_failed", other);
            assertThat(path(asked.get(back))).as("to whom it belongs").isEqualTo("/");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"secrets", "state", "garbage"})
    void a_state_cookie_of_another_ask_is_refused(String what) throws Exception {
        try (Browser browser = openId.browser();
                Browser other = openId.browser()) {
            URI back = openId.back(browser, "ada");
            assertThat(other.get(openId.entrance()).statusCode()).isEqualTo(303);
            var own = browser.cookies(openId.host()).entrySet().iterator().next();
            String ownState = own.getValue().value().split("\\|", 2)[0];
            String ownSecrets = own.getValue().value().split("\\|", 2)[1];
            String others =
                    other.cookies(openId.host())
                            .values()
                            .iterator()
                            .next()
                            .value()
                            .split("\\|", 2)[1];
            String forged =
                    switch (what) {
                        // Nonce and code verifier, in one encrypted part.
                        case "secrets" -> ownState + "|" + others;
                        case "state" -> "another" + ownState + "|" + ownSecrets;
                        case "garbage" -> ownState + "|" + "A".repeat(ownSecrets.length());
                        default -> throw new IllegalArgumentException(what);
                    };
            var _ =
                    browser.cookies(openId.host())
                            .put(own.getKey(), new Browser.Cookie(forged, PATH, ""));

            assertRefused(path(browser.get(back)), "openid_failed", browser);
        }
    }

    @Test
    void whatever_is_added_to_the_address_leads_nowhere_else() throws Exception {
        List<String> queries =
                List.of(
                        "redirect_uri=https://evil.example/",
                        "return=https://evil.example",
                        "next=//evil.example",
                        "post_logout_redirect_uri=https://evil.example");
        try (Browser browser = openId.browser()) {
            for (String query : queries) {
                URI away =
                        Browser.location(browser.get(URI.create(openId.entrance() + "?" + query)));
                assertThat(away.toString()).startsWith(keycloak.realm().toString());
                assertThat(query(away)).containsEntry("redirect_uri", openId.entrance().toString());
                assertThat(away.toString()).doesNotContain("evil");
            }
        }
    }

    @Test
    void an_error_of_the_provider_is_told_as_such() throws Exception {
        try (Browser browser = openId.browser()) {
            String state = query(Browser.location(browser.get(openId.entrance()))).get("state");

            assertThat(
                            path(
                                    browser.get(
                                            URI.create(
                                                    openId.entrance()
                                                            + "?error=access_denied&state="
                                                            + state))))
                    .isEqualTo("/sign-in?error=openid_failed");
        }
    }

    @Test
    void cookies_of_the_library_and_tokens_of_the_provider_open_nothing() throws Exception {
        try (Browser browser = openId.browser()) {
            for (String name : List.of("q_session", "q_session_operators", "q_auth_operators")) {
                var _ =
                        browser.cookies(openId.host())
                                .put(name, new Browser.Cookie("eyJhbGciOiJub25lIn0", "/", ""));
            }
            HttpResponse<String> answer =
                    browser.get(world.broker().uri().resolve("/api/v1/firewalls"));

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(JSON.readTree(answer.body()).path("code").asText())
                    .isEqualTo("not_authenticated");
            assertThat(openId.signIn(browser, "ada"))
                    .as("and are not in the way of a sign-in")
                    .isEqualTo("/");
        }
        try (OperatorClient bearer =
                OperatorClient.bearer(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        keycloak.accessToken("ada"))) {
            assertThat(bearer.call("GET", "/api/v1/firewalls", null).status()).isEqualTo(401);
        }
    }

    @Test
    void another_node_ends_what_this_one_began() throws Exception {
        Broker other = world.addNode("node-b");
        try (Browser browser = openId.browser()) {
            URI back = openId.back(browser, "ada");

            // As through a balancer: the same name, another machine.
            Process curl =
                    new ProcessBuilder(
                                    "curl",
                                    "--silent",
                                    "--show-error",
                                    "--include",
                                    "--max-time",
                                    "30",
                                    "--cacert",
                                    other.certificates().authorityFile().toString(),
                                    "--connect-to",
                                    back.getAuthority() + ":" + other.uri().getAuthority(),
                                    "--cookie",
                                    browser.cookieHeader(back),
                                    back.toString())
                            .redirectErrorStream(true)
                            .start();
            String answer = new String(curl.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer).startsWith("HTTP/2 303");
            assertThat(answer)
                    .contains("location: " + world.broker().uri() + "/\r\n")
                    .contains("set-cookie: " + COOKIE + "=ops_");
        }
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);
            openId.decideDevice(begun, "ada", true);
            Thread.sleep(Duration.ofSeconds(begun.path("interval").asLong()));

            HttpResponse<String> answer =
                    program.post(
                            other.uri().resolve(OpenIdWorld.DEVICE + "/token"),
                            JSON.createObjectNode()
                                    .put("device_code", begun.path("device_code").asText())
                                    .toString());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        }
    }

    @Test
    void a_provider_that_does_not_answer_is_told_in_time_and_disturbs_nothing_else()
            throws Exception {
        try (Browser browser = openId.browser()) {
            URI back = openId.back(browser, "ada");
            keycloak.freeze();
            try {
                long begin = System.nanoTime();
                assertThat(path(browser.get(back))).isEqualTo("/sign-in?error=openid_unavailable");
                assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
                begin = System.nanoTime();
                HttpResponse<String> program =
                        browser.post(world.broker().uri().resolve(OpenIdWorld.DEVICE), "");
                assertThat(code(program)).isEqualTo("openid_unavailable");
                assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
                assertThat(world.operator().call("GET", "/api/v1/firewalls", null).status())
                        .isEqualTo(200);
            } finally {
                keycloak.thaw();
            }
        }
        try (Browser browser = openId.browser()) {
            assertThat(openId.signIn(browser, "ada")).isEqualTo("/");
        }
    }

    /** Asks as often as the provider allows, until it is decided. */
    private HttpResponse<String> awaitDevice(Browser program, JsonNode begun) throws Exception {
        while (true) {
            Thread.sleep(Duration.ofSeconds(begun.path("interval").asLong()));
            HttpResponse<String> answer =
                    openId.askDevice(program, begun.path("device_code").asText());
            if (!code(answer).equals("sign_in_pending")) {
                return answer;
            }
        }
    }

    private static String code(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body()).path("code").asText();
    }

    private void assertNotAuthenticated(HttpResponse<String> answer, String detail, Browser program)
            throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(code(answer)).isEqualTo("not_authenticated");
        assertThat(JSON.readTree(answer.body()).path("detail").asText()).contains(detail);
        assertThat(program.cookies(openId.host())).doesNotContainKey(COOKIE);
    }

    @ParameterizedTest
    @CsvSource({"ada,administrator,[]", "oscar,operator,'[\"north\",\"south\"]'"})
    void a_program_is_signed_in_by_its_person_elsewhere(String user, String role, String tags)
            throws Exception {
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);
            assertThat(begun.path("verification_uri").asText())
                    .isEqualTo(keycloak.realm() + "/device");
            assertThat(begun.path("user_code").asText()).matches("[A-Z]{4}-[A-Z]{4}");
            assertThat(begun.path("interval").asInt()).isEqualTo(1);
            assertThat(begun.path("expires_in").asInt()).isEqualTo(600);
            HttpResponse<String> early =
                    openId.askDevice(program, begun.path("device_code").asText());
            assertThat(early.statusCode()).isEqualTo(409);
            assertThat(code(early)).isEqualTo("sign_in_pending");

            openId.decideDevice(begun, user, true);
            HttpResponse<String> answer = awaitDevice(program, begun);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            JsonNode me = openId.whoAmI(program);
            assertThat(me).isEqualTo(JSON.readTree(answer.body()));
            assertThat(me.path("operator").asText()).isEqualTo(user);
            assertThat(me.path("role").asText()).isEqualTo(role);
            assertThat(me.path("tags")).isEqualTo(JSON.readTree(tags));
            assertThat(me.path("method").asText()).isEqualTo("openid");
            assertThat(openId.operatorOf(user).path("origin").asText()).isEqualTo("openid");
            assertThat(program.cookie(openId.host(), COOKIE).attributes())
                    .contains("secure", "httponly", "samesite=strict", "path=/");

            try (Browser thief = openId.browser()) {
                Thread.sleep(1_000);
                assertNotAuthenticated(
                        openId.askDevice(thief, begun.path("device_code").asText()),
                        "was not used",
                        thief);
            }
        }
    }

    @Test
    void tunnelctl_signs_in_at_the_providers_own_page() throws Exception {
        Tunnelctl tunnelctl = new Tunnelctl(world.folder().resolve("tunnelctl"));
        try (Tunnelctl.Running login =
                tunnelctl.start(
                        "login",
                        "--device",
                        "--broker",
                        world.broker().uri().toString(),
                        "--ca-file",
                        world.broker().certificates().authorityFile().toString(),
                        "--output",
                        "json")) {
            Eventually.within(Eventually.TOLD, () -> assertThat(login.documents()).isNotEmpty());
            openId.decideDevice(login.documents().getFirst(), "oscar", true);

            assertThat(login.program().awaitExit(Duration.ofSeconds(30)))
                    .as(login.program().output())
                    .isZero();
            assertThat(login.documents().getLast().path("operator").asText()).isEqualTo("oscar");
        }
        assertThat(tunnelctl.run("firewalls").succeeded().out()).startsWith("ID ");
    }

    @Test
    void a_program_whose_person_says_no_is_told_so() throws Exception {
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);

            openId.decideDevice(begun, "ada", false);

            assertNotAuthenticated(awaitDevice(program, begun), "refused at the provider", program);
        }
    }

    @Test
    void a_program_that_nobody_helps_is_told_when_it_is_over() throws Exception {
        keycloak.deviceCodesLast(Duration.ofSeconds(3));
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);
            assertThat(begun.path("expires_in").asInt()).isEqualTo(3);

            assertNotAuthenticated(awaitDevice(program, begun), "its time is over", program);
        } finally {
            keycloak.deviceCodesLast(Duration.ofMinutes(10));
        }
    }

    @ParameterizedTest
    @CsvSource({"norole,openid_no_role", "notags,openid_no_tags"})
    void a_program_of_somebody_who_may_do_nothing_is_refused_and_nobody_is_made(
            String user, String why) throws Exception {
        Map<String, Long> before = world.rows().counts();
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);
            openId.decideDevice(begun, user, true);

            assertNotAuthenticated(awaitDevice(program, begun), why, program);
            assertThat(world.rows().counts()).isEqualTo(before);
        }
    }

    @Test
    void a_program_with_a_wrong_code_is_refused() throws Exception {
        try (Browser program = openId.browser()) {
            String right = openId.beginDevice(program).path("device_code").asText();
            String other = openId.beginDevice(program).path("device_code").asText();

            assertNotAuthenticated(openId.askDevice(program, "x"), "known", program);
            assertNotAuthenticated(openId.askDevice(program, right + "x"), "known", program);
            assertThat(
                            openId.askDevice(program, right.substring(0, 23) + other.substring(23))
                                    .statusCode())
                    .as("of one that another verifier belongs to, while it is pending")
                    .isEqualTo(409);
        }
    }

    @Test
    void a_device_code_is_worth_nothing_without_the_verifier_it_began_with() throws Exception {
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);
            String code = begun.path("device_code").asText();
            openId.decideDevice(begun, "ada", true);

            assertNotAuthenticated(
                    openId.askDevice(program, "A".repeat(22) + code.substring(22)),
                    "known",
                    program);
        }
    }

    @Test
    void a_program_that_asks_too_often_is_told_how_long_to_wait() throws Exception {
        try (Browser program = openId.browser()) {
            String code = openId.beginDevice(program).path("device_code").asText();
            var _ = openId.askDevice(program, code);

            HttpResponse<String> answer = openId.askDevice(program, code);

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(code(answer)).isEqualTo("too_many_requests");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("10");
        }
    }

    @Test
    void no_secret_is_in_the_log() throws Exception {
        List<String> secrets = new ArrayList<>(List.of(Keycloak.CLIENT_SECRET, "password of"));
        try (Browser browser = openId.browser()) {
            URI back = openId.back(browser, "ada");
            secrets.add(query(back).get("code"));
            assertThat(path(browser.get(back))).isEqualTo("/");
            secrets.add(browser.cookie(openId.host(), COOKIE).value());
        }
        try (Browser program = openId.browser()) {
            JsonNode begun = openId.beginDevice(program);
            String code = begun.path("device_code").asText();
            secrets.addAll(List.of(code.substring(23), begun.path("user_code").asText()));
            assertThat(openId.askDevice(program, code + "x").statusCode()).isEqualTo(401);
            openId.decideDevice(begun, "ada", true);
            assertThat(awaitDevice(program, begun).statusCode()).isEqualTo(201);
            secrets.add(program.cookie(openId.host(), COOKIE).value());
        }
        assertThat(world.broker().program().output()).doesNotContain(secrets);
    }
}
