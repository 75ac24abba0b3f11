package io.opnmanager.tunnel.broker;

import static io.opnmanager.tunnel.broker.Api.administrator;

import io.opnmanager.tunnel.broker.GridCaller.Credential;
import io.opnmanager.tunnel.broker.GridCaller.Within;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A firewall at home and one elsewhere, and everybody who could want something of them. */
final class GridWorld {

    private static final String PASSWORD = "correct horse battery";
    private static final String SIGN_IN = "/api/v1/sign-in";
    private static final List<String> ROLES = List.of("viewer", "operator", "administrator");
    private static final String COOKIE = "__Host-opnmanager-sign-in";

    private final HttpClient plain =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, HttpClient> withCertificate = new HashMap<>();
    private final Map<String, String> cookies = new HashMap<>();

    /** Of those who asked before the firewall was taken out of their reach. */
    private final Map<String, Long> oldRequests = new HashMap<>();

    private final List<GridCaller> callers = new ArrayList<>();
    private final Path certificates;
    private final URI secure;

    private final String home = Api.name("home");
    private final String elsewhere = Api.name("elsewhere");
    private final long firewall;
    private final long spare;
    private final String other;

    /** An operator whom administrators may do everything to. */
    private String subject = "";

    private int number = 1_000;

    /**
     * Makes it all.
     *
     * @param certificates folder with {@code ca.pem} and one file for each {@link #commonName}
     * @param secure where the broker answers over TLS
     */
    GridWorld(Path certificates, URI secure) throws IOException {
        this.certificates = certificates;
        this.secure = secure;
        firewall =
                made(administrator()
                                .body(
                                        "{\"name\": \"%s\", \"tags\": [\"%s\"]}"
                                                .formatted(home, home))
                                .post("/api/v1/firewalls"))
                        .getLong("id");
        spare = Api.firewall(home);
        long foreign = Api.firewall(elsewhere);
        callers.add(new GridCaller(Credential.NONE, "nobody", Within.ELSEWHERE, "", ""));
        callers.add(
                new GridCaller(Credential.AGENT, "agent", Within.HOME, "", Api.enrolled(firewall)));
        callers.add(
                new GridCaller(
                        Credential.AGENT, "agent", Within.ELSEWHERE, "", Api.enrolled(foreign)));
        other = operator("operator");
        for (String role : ROLES) {
            for (Within reach : Within.values()) {
                add(role, reach);
            }
        }
    }

    /** Every name that certificates are needed of. */
    static List<String> commonNames() {
        return ROLES.stream()
                .flatMap(role ->
                        Arrays.stream(Within.values()).map(reach -> commonName(role, reach)))
                .toList();
    }

    private static String commonName(String role, Within reach) {
        return role + "-" + reach.name().toLowerCase(Locale.ROOT);
    }

    List<GridCaller> callers() {
        return callers;
    }

    private void add(String role, Within reach) throws IOException {
        String name = operator(role);
        if (reach == Within.ELSEWHERE && !role.equals("viewer")) {
            oldRequests.put(name, opened(name));
        }
        administrator()
                .body(
                        "{\"role\": \"%s\", \"tags\": [%s], \"certificate_names\": [\"%s\"]}"
                                .formatted(role, tags(reach), commonName(role, reach)))
                .put("/api/v1/operators/" + name)
                .then()
                .statusCode(200);
        String wide = operator("administrator");
        callers.add(new GridCaller(Credential.PASSWORD, role, reach, name, ""));
        callers.add(new GridCaller(Credential.COOKIE, role, reach, name, ""));
        callers.add(
                new GridCaller(
                        Credential.TOKEN, role, reach, name, token(name, "").getString("token")));
        callers.add(
                new GridCaller(
                        Credential.NARROWED_TOKEN,
                        role,
                        reach,
                        wide,
                        token(
                                        wide,
                                        ", \"role\": \"%s\", \"tags\": [%s]"
                                                .formatted(role, tags(reach)))
                                .getString("token")));
        callers.add(
                new GridCaller(
                        Credential.CERTIFICATE,
                        role,
                        reach,
                        name,
                        certificates.resolve(commonName(role, reach) + ".pem").toString()));
    }

    private String tags(Within reach) {
        return switch (reach) {
            case EVERYTHING -> "";
            case HOME -> '"' + home + '"';
            case ELSEWHERE -> '"' + elsewhere + '"';
        };
    }

    private static String operator(String role) throws IOException {
        String name = Api.name(role);
        administrator()
                .body(
                        "{\"name\": \"%s\", \"password\": \"%s\", \"role\": \"%s\"}"
                                .formatted(name, PASSWORD, role))
                .post("/api/v1/operators")
                .then()
                .statusCode(201);
        return name;
    }

    private static RequestSpecification as(String operator) {
        return RestAssured.given()
                .auth()
                .preemptive()
                .basic(operator, PASSWORD)
                .contentType(ContentType.JSON);
    }

    private static JsonPath token(String operator, String more) {
        return made(
                as(operator)
                        .body("{\"name\": \"%s\"%s}".formatted(Api.name("token"), more))
                        .post("/api/v1/tokens"));
    }

    private static JsonPath made(Response answer) {
        return answer.then().statusCode(201).extract().jsonPath();
    }

    /** The live request of an operator for the firewall at home; made when there is none. */
    private long opened(String operator) {
        return as(operator)
                .body("{\"firewall_id\": " + firewall + "}")
                .post("/api/v1/requests")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /** One that waits, of the firewall at home; made when there is none. */
    private long approval() {
        return as(other)
                .body("{\"firewall_id\": %d, \"reason\": \"r\"}".formatted(firewall))
                .post("/api/v1/approvals")
                .then()
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private String subject(RouteRule rule, GridCaller caller, boolean own) throws IOException {
        return switch (rule.about()) {
            case OPEN, CERTIFICATE, NOTHING, EVERYTHING, PERSON -> "";
            case FIREWALL -> Long.toString(firewall);
            case SPARE_FIREWALL -> Long.toString(spare);
            case LIST -> {
                var _ = approval();
                var _ = opened(other);
                if (caller.hasRequests() && !oldRequests.containsKey(caller.operator())) {
                    var _ = opened(caller.operator());
                }
                yield "";
            }
            case OPERATOR -> {
                if (subject.isEmpty()) {
                    subject = operator("viewer");
                }
                yield subject;
            }
            case OWN_TOKEN ->
                    token(caller.operator().isEmpty() ? other : caller.operator(), "")
                            .getString("id");
            case APPROVAL -> Long.toString(approval());
            case SEEN_REQUEST, HELD_REQUEST, OWN_REQUEST -> {
                String asker = own ? caller.operator() : other;
                Long old = oldRequests.get(asker);
                yield Long.toString(old == null ? opened(asker) : old);
            }
        };
    }

    /** Calls, and says the status with the code of the problem. */
    String answer(RouteRule rule, GridCaller caller, boolean own) throws Exception {
        String id = subject(rule, caller, own);
        String path = rule.path().replaceAll("\\{[a-z]+}", id);
        var request =
                HttpRequest.newBuilder(base(caller).resolve(path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .method(rule.method(), HttpRequest.BodyPublishers.ofString(body(rule, id)));
        show(caller, request);
        HttpResponse<InputStream> answer =
                client(caller).send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        if (path.startsWith(SIGN_IN) && !rule.method().equals("GET")) {
            cookies.remove(caller.operator());
        }
        if (rule.route().equals("DELETE /api/v1/operators/{name}")) {
            subject = "";
        }
        // What goes on for ever is left.
        try (InputStream body = answer.body()) {
            int status = answer.statusCode();
            if (status >= 400) {
                return status + " " + JsonPath.from(body).getString("code");
            }
            return rule.about() == RouteRule.About.LIST
                    ? status + (text(body).contains(home) ? RouteRule.SHOWN : RouteRule.HIDDEN)
                    : Integer.toString(status);
        }
    }

    private static String text(InputStream body) throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    private String body(RouteRule rule, String id) {
        return rule.body()
                .replace("$id", id)
                .replace("$home", home)
                .replace("$other", other)
                .replace("$password", PASSWORD)
                .replace("$fresh", Api.name("fresh"))
                .replace("$number", Integer.toString(number++));
    }

    private void show(GridCaller caller, HttpRequest.Builder request) {
        switch (caller.credential()) {
            case NONE, CERTIFICATE -> {}
            case AGENT, TOKEN, NARROWED_TOKEN ->
                    request.header("Authorization", "Bearer " + caller.secret());
            case PASSWORD ->
                    request.header(
                            "Authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(
                                                    (caller.operator() + ":" + PASSWORD)
                                                            .getBytes(StandardCharsets.UTF_8)));
            case COOKIE ->
                    request.header("Sec-Fetch-Site", "same-origin")
                            .header(
                                    "Cookie",
                                    COOKIE
                                            + "="
                                            + cookies.computeIfAbsent(
                                                    caller.operator(), GridWorld::signedIn));
        }
    }

    private static String signedIn(String operator) {
        return RestAssured.given()
                .contentType(ContentType.JSON)
                .body("{\"name\": \"%s\", \"password\": \"%s\"}".formatted(operator, PASSWORD))
                .post(SIGN_IN)
                .then()
                .statusCode(201)
                .extract()
                .cookie(COOKIE);
    }

    private URI base(GridCaller caller) {
        return caller.credential() == Credential.CERTIFICATE
                ? secure
                : URI.create("http://localhost:" + RestAssured.port);
    }

    private HttpClient client(GridCaller caller) {
        return caller.credential() == Credential.CERTIFICATE
                ? withCertificate.computeIfAbsent(
                        caller.secret(),
                        file ->
                                ClientCertificates.client(
                                        Path.of(file), certificates.resolve("ca.pem")))
                : plain;
    }
}
