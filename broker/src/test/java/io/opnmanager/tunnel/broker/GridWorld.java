package io.opnmanager.tunnel.broker;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.hamcrest.Matchers.oneOf;

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
    private static final String OPERATOR =
            "{\"name\": \"%s\", \"password\": \"" + PASSWORD + "\", \"role\": \"%s\"}";
    private static final String REQUEST = "request of ";
    private static final String TOKEN = "token of ";
    private static final String APPROVAL = "approval";
    private static final String SUBJECT = "operator";
    private static final String COOKIE = "__Host-opnmanager-sign-in";

    private final HttpClient plain =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, HttpClient> withCertificate = new HashMap<>();
    private final Map<String, String> cookies = new HashMap<>();

    /** What calls are about, by what it is: kept until a call has changed it. */
    private final Map<String, String> things = new HashMap<>();

    private final List<GridCaller> callers = new ArrayList<>();
    private final Path certificates;
    private final URI secure;

    private final String home = Api.name("home");
    private final String elsewhere = Api.name("elsewhere");

    /** Makes the others. */
    private final String root = Api.name("root");

    private final long firewall;
    private final long spare;
    private final String other;

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
        var _ =
                made(
                        administrator()
                                .body(OPERATOR.formatted(root, "administrator"))
                                .post("/api/v1/operators"));
        firewall =
                made(as(root).body("{\"name\": \"%s\", \"tags\": [\"%s\"]}".formatted(home, home))
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

    private void add(String role, Within reach) {
        String name = operator(role);
        if (reach == Within.ELSEWHERE && !role.equals("viewer")) {
            // Still theirs when the firewall is out of their reach.
            var _ = things.computeIfAbsent(REQUEST + name, this::made);
        }
        as(root).body(
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

    private String operator(String role) {
        String name = Api.name(role);
        var _ = made(as(root).body(OPERATOR.formatted(name, role)).post("/api/v1/operators"));
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

    private String made(String thing) {
        if (thing.equals(APPROVAL)) {
            return asked(other, "/api/v1/approvals", "{\"firewall_id\": %d, \"reason\": \"r\"}");
        }
        if (thing.equals(SUBJECT)) {
            return operator("viewer");
        }
        if (thing.startsWith(TOKEN)) {
            return token(thing.substring(TOKEN.length()), "").getString("id");
        }
        return asked(
                thing.substring(REQUEST.length()), "/api/v1/requests", "{\"firewall_id\": %d}");
    }

    private String asked(String operator, String path, String body) {
        return as(operator)
                .body(body.formatted(firewall))
                .post(path)
                .then()
                .statusCode(oneOf(201, 202))
                .extract()
                .jsonPath()
                .getString("id");
    }

    /** What a call is about; empty when it is about nothing that has to be made. */
    private String thing(RouteRule rule, GridCaller caller, boolean own) {
        return switch (rule.about()) {
            case OPEN,
                    CERTIFICATE,
                    NOTHING,
                    FRESH,
                    LIST,
                    EVERYTHING,
                    PERSON,
                    FIREWALL,
                    SPARE_FIREWALL ->
                    "";
            case OPERATOR -> SUBJECT;
            case OWN_TOKEN -> TOKEN + (caller.operator().isEmpty() ? other : caller.operator());
            case APPROVAL -> APPROVAL;
            case SEEN_REQUEST, HELD_REQUEST, OWN_REQUEST ->
                    REQUEST + (own ? caller.operator() : other);
        };
    }

    private String subject(RouteRule rule, String thing) {
        return switch (rule.about()) {
            case OPEN, CERTIFICATE, NOTHING, FRESH, LIST, EVERYTHING, PERSON -> "";
            case FIREWALL -> Long.toString(firewall);
            case SPARE_FIREWALL -> Long.toString(spare);
            case OPERATOR, OWN_TOKEN, APPROVAL, SEEN_REQUEST, HELD_REQUEST, OWN_REQUEST ->
                    things.computeIfAbsent(thing, this::made);
        };
    }

    /** So that every list has something in it for whoever may see it. */
    private void fillLists(GridCaller caller) {
        var _ = things.computeIfAbsent(APPROVAL, this::made);
        var _ = things.computeIfAbsent(REQUEST + other, this::made);
        if (caller.hasRequests()) {
            var _ = things.computeIfAbsent(REQUEST + caller.operator(), this::made);
        }
    }

    /** Calls, and says the status with the code of the problem. */
    String answer(RouteRule rule, GridCaller caller, boolean own) throws Exception {
        if (rule.about() == RouteRule.About.LIST) {
            fillLists(caller);
        }
        String thing = thing(rule, caller, own);
        String id = subject(rule, thing);
        String path = rule.path().replaceAll("\\{[a-z]+}", id);
        var request =
                HttpRequest.newBuilder(base(caller).resolve(path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .method(rule.method(), HttpRequest.BodyPublishers.ofString(body(rule, id)));
        show(caller, request);
        HttpResponse<InputStream> answer =
                client(caller).send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        if (!rule.method().equals("GET") && answer.statusCode() < 400) {
            things.remove(thing);
            if (path.startsWith(SIGN_IN)) {
                cookies.remove(caller.operator());
            }
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
