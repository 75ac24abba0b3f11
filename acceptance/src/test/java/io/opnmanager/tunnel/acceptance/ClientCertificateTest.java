package io.opnmanager.tunnel.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators who show a TLS client certificate, with curl as they would. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientCertificateTest {

    private static final String SIGN_IN = "/api/v1/sign-in";
    private static final String BY_CERTIFICATE = SIGN_IN + "/certificate";
    private static final Duration A_DAY = Duration.ofDays(1);

    /** Certificates begin five minutes ago. */
    private static final Duration OVER = Duration.ofMinutes(1);

    private static final Path FOLDER = DatabaseServer.FOLDER.resolve("operators");
    private static final ObjectMapper JSON = new ObjectMapper();

    private ClientAuthority authority;
    private World world;

    @BeforeAll
    void start() throws Exception {
        authority = ClientAuthority.make(FOLDER);
        world =
                World.named("certificates")
                        .with("opnmanager.client-certificates.enabled", "true")
                        .with("quarkus.tls.trust-store.pem.certs", authority.file().toString())
                        .start();
        operator("ada", "administrator", "ada", "ada.example.net");
        operator("oscar", "operator", "oscar@example.net", "spiffe://example.net/oscar");
    }

    @AfterAll
    void end() {
        world.close();
    }

    private void operator(String name, String role, String... names) throws Exception {
        ObjectNode ask = OperatorClient.object().put("name", name).put("role", role);
        for (String certificate : names) {
            var _ = ask.withArray("certificate_names").add(certificate);
        }
        Answer answer = world.operator().call("POST", "/api/v1/operators", ask);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    private Path certificate(String file, String subject, GeneralName... names) throws Exception {
        return authority.issue(file, subject, A_DAY, names);
    }

    /**
     * What curl got.
     *
     * @param exit 0 when there was an answer
     * @param headers in lower case
     */
    private record Got(int exit, int status, String headers, String body) {

        JsonNode json() throws Exception {
            return JSON.readTree(body);
        }
    }

    private Got curl(@Nullable Path certificate, String method, String path, String... arguments)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "--silent",
                                "--show-error",
                                "--include",
                                "--max-time",
                                "30",
                                "--cacert",
                                world.broker().certificates().authorityFile().toString(),
                                "--request",
                                method));
        if (certificate != null) {
            command.addAll(List.of("--cert", certificate.toString()));
        }
        command.addAll(List.of(arguments));
        command.add(world.broker().uri().resolve(path).toString());
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(curl.getInputStream().readAllBytes(), UTF_8);
        int exit = curl.waitFor();
        if (exit != 0) {
            return new Got(exit, 0, "", output);
        }
        String[] parts = output.split("\r\n\r\n", 2);
        return new Got(
                0,
                Integer.parseInt(parts[0].split(" ", 3)[1]),
                parts[0],
                parts.length == 1 ? "" : parts[1]);
    }

    @Test
    void a_common_name_is_an_operator() throws Exception {
        Got got = curl(certificate("ada", "CN=ada,O=Example"), "GET", SIGN_IN);

        assertThat(got.status()).as(got.body()).isEqualTo(200);
        assertThat(got.json().path("operator").asText()).isEqualTo("ada");
        assertThat(got.json().path("role").asText()).isEqualTo("administrator");
        assertThat(got.json().path("method").asText()).isEqualTo("certificate");
        assertThat(got.headers()).doesNotContain("set-cookie");
    }

    @ParameterizedTest
    @CsvSource({
        "2,ada.example.net,ada",
        "1,oscar@example.net,oscar",
        "6,spiffe://example.net/oscar,oscar"
    })
    void an_alternative_name_is_an_operator(int kind, String name, String operator)
            throws Exception {
        Path certificate = certificate("kind" + kind, "O=Example", new GeneralName(kind, name));

        Got got = curl(certificate, "GET", SIGN_IN);

        assertThat(got.status()).as(got.body()).isEqualTo(200);
        assertThat(got.json().path("operator").asText()).isEqualTo(operator);
    }

    @Test
    void two_names_of_one_operator_are_that_operator() throws Exception {
        Path certificate =
                certificate(
                        "both",
                        "CN=ada",
                        new GeneralName(GeneralName.dNSName, "ada.example.net"),
                        new GeneralName(GeneralName.dNSName, "of-nobody.example.net"));

        assertThat(curl(certificate, "GET", SIGN_IN).json().path("operator").asText())
                .isEqualTo("ada");
    }

    @Test
    void names_of_two_operators_are_nobody() throws Exception {
        Path certificate =
                certificate(
                        "two",
                        "CN=ada",
                        new GeneralName(GeneralName.rfc822Name, "oscar@example.net"));

        assertRefused(
                curl(certificate, "GET", SIGN_IN),
                "wanted a certificate of one operator, found names of several");
        assertRefused(
                curl(certificate, "POST", BY_CERTIFICATE),
                "wanted a certificate of one operator, found names of several");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=eve",
                "CN=Ada",
                "CN=ada ",
                "CN=ada.",
                "CN=*",
                "CN=ada\\,CN\\=eve",
                "OU=ada",
                "emailAddress=oscar@example.net",
                "O=Example"
            })
    void a_name_that_is_not_exactly_allowed_is_nobody(String subject) throws Exception {
        // A space at the end is only kept when it is escaped.
        Path certificate = certificate("other", subject.endsWith(" ") ? "CN=ada\\ " : subject);

        assertRefused(
                curl(certificate, "GET", SIGN_IN),
                "wanted a certificate in time with an operator's name, found another");
        assertRefused(
                curl(certificate, "POST", BY_CERTIFICATE),
                "wanted a certificate in time with an operator's name, found another");
    }

    @Test
    void an_address_is_no_name_that_is_looked_at() throws Exception {
        operator("address", "viewer", "192.0.2.1");
        Path certificate =
                certificate(
                        "address",
                        "O=Example",
                        new GeneralName(GeneralName.iPAddress, "192.0.2.1"));

        assertRefused(
                curl(certificate, "GET", SIGN_IN),
                "wanted a certificate in time with an operator's name, found another");
    }

    private static void assertRefused(Got got, String detail) throws Exception {
        assertThat(got.status()).as(got.body()).isEqualTo(401);
        assertThat(got.json().path("code").asText()).isEqualTo("not_authenticated");
        assertThat(got.json().path("detail").asText()).isEqualTo(detail);
        assertThat(got.headers()).doesNotContain("set-cookie");
    }

    @Test
    void an_expired_certificate_ends_the_handshake() throws Exception {
        assertEnded(
                curl(authority.issue("expired", "CN=ada", OVER), "GET", SIGN_IN),
                "certificate|bad certificate");
    }

    /**
     * The alert says why, unless the connection is closed with the request in it before curl has
     * read the alert: TCP then drops what was not read.
     */
    private static void assertEnded(Got got, String alert) {
        assertThat(got.exit()).as(got.body()).isNotZero();
        assertThat(got.body()).containsPattern("alert (" + alert + ")|Connection reset by peer");
    }

    @Test
    void a_certificate_of_another_authority_ends_the_handshake() throws Exception {
        ClientAuthority other = ClientAuthority.make(FOLDER.resolve("foreign"));

        assertEnded(
                curl(other.issue("ada", "CN=ada", A_DAY), "GET", SIGN_IN),
                "certificate|bad certificate|unknown ca");
    }

    @Test
    void whoever_shows_none_connects_as_before() throws Exception {
        Got none = curl(null, "GET", SIGN_IN);
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.json().path("code").asText()).isEqualTo("not_authenticated");

        Got begun = curl(null, "POST", BY_CERTIFICATE);
        assertRefused(begun, "wanted a TLS client certificate, found none");
        assertThat(world.operator().call("GET", SIGN_IN, null).status()).isEqualTo(200);
    }

    @Test
    void the_sign_in_page_is_told_whether_this_connection_shows_one() throws Exception {
        Path certificate = certificate("offered", "CN=ada");

        assertThat(curl(certificate, "GET", SIGN_IN + "/methods").json())
                .isEqualTo(
                        JSON.readTree(
                                "{\"password\": true, \"openid\": false, \"certificate\": true, \"device\": false}"));
        assertThat(curl(null, "GET", SIGN_IN + "/methods").json())
                .isEqualTo(
                        JSON.readTree(
                                "{\"password\": true, \"openid\": false, \"certificate\": false, \"device\": false}"));
    }

    @Test
    void a_browser_begins_a_sign_in_and_goes_on_with_its_cookie() throws Exception {
        Got begun =
                curl(
                        certificate("browser", "CN=ada"),
                        "POST",
                        BY_CERTIFICATE,
                        "--header",
                        "Sec-Fetch-Site: same-origin");

        assertThat(begun.status()).as(begun.body()).isEqualTo(201);
        assertThat(begun.json().path("operator").asText()).isEqualTo("ada");
        assertThat(begun.json().path("method").asText()).isEqualTo("certificate");
        assertThat(begun.json().hasNonNull("idle_expires_at")).isTrue();
        String cookie =
                begun.headers()
                        .lines()
                        .filter(line -> line.startsWith("set-cookie: __Host-opnmanager-sign-in="))
                        .map(line -> line.substring("set-cookie: ".length()).split(";", 2)[0])
                        .findFirst()
                        .orElseThrow();

        Got later = curl(null, "GET", SIGN_IN, "--cookie", cookie);

        assertThat(later.status()).as(later.body()).isEqualTo(200);
        assertThat(later.json().path("method").asText()).isEqualTo("certificate");
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/api/v1/sign-in/certificate,Sec-Fetch-Site: cross-site",
        "POST,/api/v1/sign-in/certificate,Sec-Fetch-Site: same-site",
        "POST,/api/v1/sign-in/certificate,Origin: https://evil.example",
        "POST,/api/v1/sign-in/certificate,Origin: null",
        "DELETE,/api/v1/operators/nobody,Sec-Fetch-Site: cross-site",
        "DELETE,/api/v1/operators/nobody,Origin: https://evil.example",
        "GET,/api/v1/operators,Sec-Fetch-Site: cross-site"
    })
    void another_sites_page_cannot_use_it(String method, String path, String header)
            throws Exception {
        Got got = curl(certificate("used", "CN=ada"), method, path, "--header", header);

        assertThat(got.status()).as(got.body()).isEqualTo(403);
        assertThat(got.json().path("code").asText()).isEqualTo("cross_site");
        assertThat(got.headers()).doesNotContain("set-cookie");
    }

    @Test
    void a_script_changes_things_with_it_and_needs_no_header_of_browsers() throws Exception {
        Got got =
                curl(
                        certificate("script", "CN=ada"),
                        "POST",
                        "/api/v1/firewalls",
                        "--header",
                        "Content-Type: application/json",
                        "--data",
                        "{\"name\": \"made-by-certificate\"}");

        assertThat(got.status()).as(got.body()).isEqualTo(201);
    }

    @Test
    void a_token_that_is_shown_too_is_what_counts() throws Exception {
        Answer me = world.operator().call("GET", SIGN_IN, null);
        Got got =
                curl(
                        certificate("besides", "CN=oscar"),
                        "GET",
                        SIGN_IN,
                        "--user",
                        world.broker().administrator().name()
                                + ":"
                                + world.broker().administrator().password());

        assertThat(got.json().path("operator").asText())
                .isEqualTo(me.body().path("operator").asText());
        assertThat(got.json().path("method").asText()).isEqualTo("password");
    }

    @Test
    void a_name_taken_from_an_operator_opens_nothing_any_more_nor_does_its_sign_in()
            throws Exception {
        operator("leaver", "operator", "leaver.example.net");
        Path certificate =
                certificate(
                        "leaver",
                        "O=Example",
                        new GeneralName(GeneralName.dNSName, "leaver.example.net"));
        assertThat(curl(certificate, "GET", SIGN_IN).status()).isEqualTo(200);
        Got begun = curl(certificate, "POST", BY_CERTIFICATE);
        assertThat(begun.status()).isEqualTo(201);
        String cookie = begun.headers().split("set-cookie: ", 2)[1].split(";", 2)[0];

        Answer changed =
                world.operator()
                        .call(
                                "PUT",
                                "/api/v1/operators/leaver",
                                (ObjectNode)
                                        JSON.readTree(
                                                "{\"role\": \"operator\", \"certificate_names\": []}"));

        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertRefused(
                curl(certificate, "GET", SIGN_IN),
                "wanted a certificate in time with an operator's name, found another");
        assertThat(curl(null, "GET", SIGN_IN, "--cookie", cookie).status()).isEqualTo(401);
    }
}
