package io.opnmanager.tunnel.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A world whose broker signs operators in through a Keycloak, which the world owns, and the way
 * that a browser takes through both.
 *
 * @param world closing it ends the provider too
 * @param beforeTheProviderRan where a visit led while the broker was up and the provider was not
 */
record OpenIdWorld(World world, Keycloak keycloak, String beforeTheProviderRan) {

    static final String PATH = "/api/v1/sign-in/openid";
    static final String DEVICE = "/api/v1/sign-in/device";
    static final String COOKIE = "__Host-opnmanager-sign-in";

    private static final String NAME = "openid";
    private static final Pattern HIDDEN_CODE =
            Pattern.compile("<input[^>]* name=\"code\"[^>]* value=\"([^\"]+)\"");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The broker first: it has to start without its provider. */
    static OpenIdWorld start() throws Exception {
        Keycloak keycloak = Keycloak.prepare(DatabaseServer.FOLDER.resolve("keycloak"));
        World world =
                World.named(NAME)
                        .with("opnmanager.openid.enabled", "true")
                        .with("opnmanager.openid.device", "true")
                        .with("opnmanager.openid.url", keycloak.realm().toString())
                        .with("opnmanager.openid.client-id", "opnmanager")
                        .with("opnmanager.openid.client-secret", Keycloak.CLIENT_SECRET)
                        .with("opnmanager.openid.tags-claim", "tags")
                        .with("opnmanager.openid.timeout", "5s")
                        .with("opnmanager.openid.tls", "provider")
                        .with(
                                "quarkus.tls.provider.trust-store.pem.certs",
                                DatabaseServer.FOLDER
                                        .resolve(NAME)
                                        .resolve("certificates/ca.pem")
                                        .toString())
                        .start();
        try {
            URI entrance = entrance(world);
            String before;
            try (Browser browser = browser(world)) {
                before = Browser.location(browser.get(entrance)).toString();
            }
            world.with(keycloak).start(entrance, world.broker().certificates());
            return new OpenIdWorld(world, keycloak, before);
        } catch (Exception | AssertionError e) {
            world.close();
            throw e;
        }
    }

    URI entrance() {
        return entrance(world);
    }

    private static URI entrance(World world) {
        return world.broker().uri().resolve(PATH);
    }

    String host() {
        return world.broker().uri().getHost();
    }

    Browser browser() {
        return browser(world);
    }

    private static Browser browser(World world) {
        return new Browser(world.broker().certificates().clientContext());
    }

    /** Where the provider leads somebody back to who has signed in there. */
    URI back(Browser browser, String user) throws Exception {
        HttpResponse<String> page = browser.follow(browser.get(entrance()));
        HttpResponse<String> answer =
                browser.submit(
                        page,
                        Map.of(
                                "username",
                                user,
                                "password",
                                "password of " + user,
                                "credentialId",
                                ""));
        while (!Browser.location(answer).getHost().equals(host())) {
            answer = browser.get(Browser.location(answer));
        }
        return Browser.location(answer);
    }

    /** Where the broker leads somebody who has signed in at the provider. */
    String signIn(Browser browser, String user) throws Exception {
        return path(browser.get(back(browser, user)));
    }

    /** Begins a sign-in from a program; the answer is the broker's. */
    JsonNode beginDevice(Browser program) throws Exception {
        HttpResponse<String> answer = program.post(world.broker().uri().resolve(DEVICE), "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body());
    }

    /** Asks, as the program does, whether the person has signed in. */
    HttpResponse<String> askDevice(Browser program, String deviceCode) throws Exception {
        return program.post(
                world.broker().uri().resolve(DEVICE + "/token"),
                JSON.createObjectNode().put("device_code", deviceCode).toString());
    }

    /** What a person does elsewhere with a code: signs in at the provider, and says yes or no. */
    void decideDevice(JsonNode begun, String user, boolean yes) throws Exception {
        try (Browser person = browser()) {
            HttpResponse<String> page =
                    person.follow(
                            person.get(
                                    URI.create(begun.path("verification_uri_complete").asText())));
            page =
                    person.follow(
                            person.submit(
                                    page,
                                    Map.of(
                                            "username",
                                            user,
                                            "password",
                                            "password of " + user,
                                            "credentialId",
                                            "")));
            Matcher code = HIDDEN_CODE.matcher(page.body());
            assertThat(code.find()).as(page.body()).isTrue();
            page =
                    person.follow(
                            person.submit(
                                    page,
                                    Map.of("code", code.group(1), yes ? "accept" : "cancel", "")));
            assertThat(page.statusCode()).as(page.body()).isLessThan(500);
        }
    }

    JsonNode whoAmI(Browser browser) throws Exception {
        HttpResponse<String> answer = browser.get(world.broker().uri().resolve("/api/v1/sign-in"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    JsonNode operatorOf(String name) throws Exception {
        for (JsonNode operator :
                world.operator().call("GET", "/api/v1/operators", null).body().path("items")) {
            if (operator.path("name").asText().equals(name)) {
                return operator;
            }
        }
        throw new AssertionError("there is no operator " + name);
    }

    /** Where an answer leads to, which has to be below where it came from. */
    static String path(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(303);
        URI to = Browser.location(answer);
        assertThat(to.getAuthority()).isEqualTo(answer.uri().getAuthority());
        return to.getPath() + (to.getQuery() == null ? "" : "?" + to.getQuery());
    }

    static Map<String, String> query(URI address) {
        Map<String, String> query = new TreeMap<>();
        for (String pair : address.getRawQuery().split("&", -1)) {
            var _ =
                    query.put(
                            pair.substring(0, pair.indexOf('=')),
                            URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), UTF_8));
        }
        return query;
    }
}
