package io.opnmanager.tunnel.tunnelctl.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.Heartbeat;
import io.opnmanager.tunnel.contract.agent.HeartbeatAnswer;
import io.opnmanager.tunnel.contract.operator.CertificateAsk;
import io.opnmanager.tunnel.contract.operator.DeviceSignIn;
import io.opnmanager.tunnel.contract.operator.DeviceSignInAsk;
import io.opnmanager.tunnel.contract.operator.EnrolmentLine;
import io.opnmanager.tunnel.contract.operator.EnrolmentLineAsk;
import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.FirewallPage;
import io.opnmanager.tunnel.contract.operator.Nodes;
import io.opnmanager.tunnel.contract.operator.OperatorCertificate;
import io.opnmanager.tunnel.contract.operator.RequestTerms;
import io.opnmanager.tunnel.contract.operator.SharedWith;
import io.opnmanager.tunnel.contract.operator.SignInAsk;
import io.opnmanager.tunnel.contract.operator.SignInMethods;
import io.opnmanager.tunnel.contract.operator.SignedIn;
import io.opnmanager.tunnel.contract.operator.Token;
import io.opnmanager.tunnel.contract.operator.TokenAsk;
import io.opnmanager.tunnel.contract.operator.Tokens;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.contract.operator.TunnelRequestPage;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The operator API with one credential. Every call blocks; any thread may call. Whatever the broker
 * does not answer as wanted is a {@link BrokerFailure}.
 */
@RegisterForReflection(
        targets = {
            CertificateAsk.class,
            DeviceSignIn.class,
            DeviceSignInAsk.class,
            EnrolmentLine.class,
            EnrolmentLineAsk.class,
            Firewall.class,
            FirewallPage.class,
            Heartbeat.class,
            HeartbeatAnswer.class,
            Nodes.class,
            OperatorCertificate.class,
            ProblemDocument.class,
            ProblemDocument.Violation.class,
            RequestTerms.class,
            SharedWith.class,
            SignInAsk.class,
            SignInMethods.class,
            SignedIn.class,
            Token.class,
            TokenAsk.class,
            Tokens.class,
            TunnelAsk.class,
            TunnelRequest.class,
            TunnelRequestPage.class
        })
public final class BrokerClient implements AutoCloseable {

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;
    private static final int LARGEST_PROBLEM = 64 * 1024;

    private final BrokerAddress address;
    private final Map<String, String> headers;
    private final HttpClient http;

    private BrokerClient(BrokerAddress address, Map<String, String> headers, HttpClient http) {
        this.address = address;
        this.headers = headers;
        this.http = http;
    }

    /** Without any credential. */
    public static BrokerClient anonymous(BrokerAddress address, Proxies proxies) {
        return new BrokerClient(
                address,
                Map.of(),
                HttpClient.newBuilder()
                        .sslContext(Trust.context(address.caFile()))
                        .proxy(proxies)
                        .connectTimeout(CONNECTED_WITHIN)
                        // A redirect could carry the credential elsewhere.
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build());
    }

    /** The same connections with a token. The first of both closes them. */
    public BrokerClient withToken(String token) {
        return new BrokerClient(address, Map.of("Authorization", "Bearer " + token), http);
    }

    /** The same connections with the cookie of a sign-in. */
    private BrokerClient withCookie(String cookie) {
        return new BrokerClient(
                address, Map.of("Cookie", cookie, "Origin", address.url().toString()), http);
    }

    /** Where it calls. */
    public BrokerAddress address() {
        return address;
    }

    /**
     * Signs in with a password.
     *
     * @return a client for what only a person may do; its sign-in is to be ended with {@link
     *     #signOut}
     */
    public BrokerClient signIn(SignInAsk ask) {
        return signedIn(send("POST", "/api/v1/sign-in", ask));
    }

    /** Begins a sign-in at the provider of OpenID Connect. */
    public DeviceSignIn beginDeviceSignIn() {
        return call("POST", "/api/v1/sign-in/device", null, DeviceSignIn.class);
    }

    /**
     * Asks whether the person has signed in at the provider.
     *
     * @return like {@link #signIn}
     * @throws BrokerFailure.Refusal {@code sign_in_pending} when not yet
     */
    public BrokerClient signIn(DeviceSignInAsk ask) {
        return signedIn(send("POST", "/api/v1/sign-in/device/token", ask));
    }

    private BrokerClient signedIn(HttpResponse<byte[]> answer) {
        return withCookie(
                answer.headers().allValues("Set-Cookie").stream()
                        .map(line -> line.split(";", 2)[0])
                        .findFirst()
                        .orElseThrow(() ->
                                new BrokerFailure.Refusal(
                                        answer.statusCode(),
                                        "no_cookie",
                                        "wanted the cookie of a sign-in, found none",
                                        null)));
    }

    /** Ends the sign-in of this client. */
    public void signOut() {
        var _ = send("DELETE", "/api/v1/sign-in", null);
    }

    /** Whose credential this is, and what it allows. */
    public SignedIn whoAmI() {
        return call("GET", "/api/v1/sign-in", null, SignedIn.class);
    }

    /** How one can sign in. */
    public SignInMethods methods() {
        return call("GET", "/api/v1/sign-in/methods", null, SignInMethods.class);
    }

    /** Makes a token of whoever is signed in. */
    public Token makeToken(TokenAsk ask) {
        return call("POST", "/api/v1/tokens", ask, Token.class);
    }

    /** Own tokens, without their secret. */
    public Tokens tokens() {
        return call("GET", "/api/v1/tokens", null, Tokens.class);
    }

    /** Revokes an own token. */
    public void revokeToken(long id) {
        var _ = send("DELETE", "/api/v1/tokens/" + id, null);
    }

    /** Has a certificate signed for a key of ours. */
    public OperatorCertificate certify(CertificateAsk ask) {
        return call("POST", "/api/v1/certificates", ask, OperatorCertificate.class);
    }

    /** Revokes the certificates of this credential. */
    public void revokeCertificates() {
        var _ = send("DELETE", "/api/v1/certificates", null);
    }

    /**
     * Firewalls within reach.
     *
     * @param filter query parameters of the list, for example {@code query} and {@code tag}
     */
    public FirewallPage firewalls(Map<String, String> filter) {
        return call("GET", "/api/v1/firewalls" + query(filter), null, FirewallPage.class);
    }

    /** One firewall. */
    public Firewall firewall(long id) {
        return call("GET", "/api/v1/firewalls/" + id, null, Firewall.class);
    }

    /** Makes a line that installs an agent on a firewall and enrols it. */
    public EnrolmentLine enrolmentLine(long id, EnrolmentLineAsk ask) {
        return call(
                "POST", "/api/v1/firewalls/" + id + "/enrolment-line", ask, EnrolmentLine.class);
    }

    /** Requests that the caller may see, with query parameters of the list. */
    public TunnelRequestPage requests(Map<String, String> filter) {
        return call("GET", "/api/v1/requests" + query(filter), null, TunnelRequestPage.class);
    }

    /** One request. */
    public TunnelRequest request(long id) {
        return call("GET", "/api/v1/requests/" + id, null, TunnelRequest.class);
    }

    /** Asks for a tunnel. */
    public TunnelRequest open(TunnelAsk ask) {
        return call("POST", "/api/v1/requests", ask, TunnelRequest.class);
    }

    /** Closes a request; closing one that has ended is no error. */
    public void close(long id) {
        var _ = send("DELETE", "/api/v1/requests/" + id, null);
    }

    /** Lets other operators use a request, instead of those who may now. */
    public TunnelRequest share(long id, SharedWith with) {
        return call("PUT", "/api/v1/requests/" + id + "/shared-with", with, TunnelRequest.class);
    }

    /** What the broker wants of a request and grants to it. */
    public RequestTerms terms() {
        return call("GET", "/api/v1/requests/terms", null, RequestTerms.class);
    }

    /**
     * Says that a session is still wanted.
     *
     * @return whether it goes on
     */
    public boolean heartbeat(long id) {
        return call("POST", "/api/tunnel_heartbeat", new Heartbeat(id, null), HeartbeatAnswer.class)
                .keepAlive();
    }

    /** The brokers that work together. */
    public Nodes nodes() {
        return call("GET", "/api/v1/nodes", null, Nodes.class);
    }

    /** Every move of a request from now on; the caller closes it. */
    public RequestEvents events(long id) {
        HttpRequest request =
                request("GET", "/api/v1/requests/" + id + "/events", null)
                        .setHeader("Accept", "text/event-stream")
                        .build();
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            if (answer.statusCode() != 200) {
                try (InputStream body = answer.body()) {
                    throw BrokerFailure.Refusal.of(answer, body.readNBytes(LARGEST_PROBLEM));
                }
            }
            return new RequestEvents(answer.body());
        } catch (IOException e) {
            throw away(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away(e);
        }
    }

    /** Any path, as it comes; for looking at the connection rather than at the answer. */
    public HttpResponse<byte[]> look(String path) {
        return sendAnyway(request("GET", path, null).build());
    }

    private static String query(Map<String, String> filter) {
        return filter.isEmpty()
                ? ""
                : new TreeMap<>(filter)
                        .entrySet().stream()
                                .map(entry ->
                                        entry.getKey()
                                                + "="
                                                + URLEncoder.encode(
                                                        entry.getValue(), StandardCharsets.UTF_8))
                                .collect(Collectors.joining("&", "?", ""));
    }

    private <T> T call(String method, String path, @Nullable Object body, Class<T> type) {
        HttpResponse<byte[]> answer = send(method, path, body);
        try {
            return Json.MAPPER.readValue(answer.body(), type);
        } catch (IOException e) {
            throw new BrokerFailure.Refusal(
                    answer.statusCode(),
                    "unreadable",
                    "wanted %s as JSON from %s, found something else: is this address a broker's?"
                            .formatted(type.getSimpleName(), path),
                    null);
        }
    }

    private HttpResponse<byte[]> send(String method, String path, @Nullable Object body) {
        HttpResponse<byte[]> answer = sendAnyway(request(method, path, body).build());
        if (answer.statusCode() / 100 != 2) {
            throw BrokerFailure.Refusal.of(answer, answer.body());
        }
        return answer;
    }

    private HttpResponse<byte[]> sendAnyway(HttpRequest request) {
        try {
            return http.send(
                    request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        } catch (IOException e) {
            throw away(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away(e);
        }
    }

    private HttpRequest.Builder request(String method, String path, @Nullable Object body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address.url() + path)).timeout(ANSWERED_WITHIN);
        headers.forEach(request::setHeader);
        if (body == null) {
            return request.method(method, BodyPublishers.noBody());
        }
        try {
            return request.setHeader("Content-Type", "application/json")
                    .method(
                            method,
                            BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(body)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "a body that cannot be written: " + body.getClass().getSimpleName(), e);
        }
    }

    private BrokerFailure away(Exception e) {
        Throwable root = e;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        String what =
                root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new BrokerFailure.Away(address.url() + " cannot be reached: " + what, e);
    }

    /** At once, with everything that is under way. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
