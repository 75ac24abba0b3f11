package io.opnmanager.tunnel.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * A provider of OpenID Connect that answers what a test tells it to, also what no real one would.
 */
public final class ScriptedProvider implements QuarkusTestResourceLifecycleManager {

    static final String CLIENT = "a client";
    static final String SECRET = "a secret: with % and +";
    static final RsaJsonWebKey KEY = key("ours");

    /** What it says next, and what it was last asked. */
    static volatile Reply device = new Reply(200, "");

    static volatile Reply token = new Reply(200, "");
    static volatile Map<String, String> askedForDevice = Map.of();
    static volatile Map<String, String> askedForToken = Map.of();
    static volatile String authorization = "";

    private static volatile String issuer = "";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable HttpServer running;

    /** An answer; status 0 is none at all for longer than anybody waits. */
    record Reply(int status, String body) {}

    @Override
    public Map<String, String> start() {
        HttpServer server;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        running = server;
        server.setExecutor(threads);
        issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext(
                "/.well-known/openid-configuration",
                exchange ->
                        answer(
                                exchange,
                                new Reply(
                                        200,
                                        """
                                        {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize",
                                         "token_endpoint": "%1$s/token", "jwks_uri": "%1$s/keys",
                                         "device_authorization_endpoint": "%1$s/device"}
                                        """
                                                .formatted(issuer))));
        server.createContext(
                "/keys",
                exchange -> answer(exchange, new Reply(200, "{\"keys\": [" + KEY.toJson() + "]}")));
        server.createContext(
                "/device",
                exchange -> {
                    askedForDevice = form(exchange);
                    answer(exchange, device);
                });
        server.createContext(
                "/token",
                exchange -> {
                    askedForToken = form(exchange);
                    answer(exchange, token);
                });
        server.start();
        return Map.of(
                "opnmanager.openid.enabled",
                "true",
                "opnmanager.openid.device",
                "true",
                "opnmanager.openid.url",
                issuer,
                "opnmanager.openid.client-id",
                CLIENT,
                "opnmanager.openid.client-secret",
                SECRET,
                "opnmanager.openid.timeout",
                "3s");
    }

    /** The claims of somebody who may come in. */
    static JwtClaims claims(String name) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setAudience(CLIENT);
        claims.setSubject("subject of " + name);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(5);
        claims.setClaim("preferred_username", name);
        claims.setClaim("roles", "opnmanager-viewer");
        return claims;
    }

    /** As its token endpoint sends it. */
    static Reply idToken(String token) {
        return new Reply(
                200,
                "{\"access_token\": \"x\", \"token_type\": \"Bearer\", \"id_token\": \"%s\"}"
                        .formatted(token));
    }

    static String signed(JwtClaims claims, RsaJsonWebKey key) throws JoseException {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue(KEY.getKeyId());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return signature.getCompactSerialization();
    }

    static RsaJsonWebKey key(String name) {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId(name);
            key.setUse("sig");
            key.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        authorization = exchange.getRequestHeaders().getFirst("Authorization");
        Map<String, String> form = new TreeMap<>();
        for (String pair :
                new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&", -1)) {
            String[] parts = pair.split("=", 2);
            form.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
        }
        return form;
    }

    private static void answer(HttpExchange exchange, Reply reply) throws IOException {
        try (exchange) {
            if (reply.status() == 0) {
                Thread.sleep(10_000);
            }
            byte[] body = reply.body().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            // Chunked: what it says of its length does not stop anybody.
            exchange.sendResponseHeaders(Math.max(200, reply.status()), 0);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        if (running != null) {
            running.stop(0);
        }
        threads.shutdownNow();
    }
}
