package io.opnmanager.tunnel.broker.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.broker.identity.OpenIdEndpoint.Answer;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.DeviceSignIn;
import jakarta.inject.Singleton;
import java.net.URI;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The device flow (RFC 8628) as far as it is talked about with the provider, with PKCE (RFC 7636),
 * which the library does not do for it. Nothing is kept: what the code verifier is made of goes out
 * with the device code, so any node ends what another one began. Every call blocks.
 */
@Singleton
class OpenIdDevice {

    /** RFC 8628 §3.4. */
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";

    /** RFC 8628 §3.2: what counts when the provider does not say. */
    private static final int INTERVAL = 5;

    private static final int LONGEST_INTERVAL = 60;
    private static final int LONGEST = 2_000;
    private static final int NONCE_BYTES = 16;
    private static final String HMAC = "HmacSHA256";

    /** It will be shown in a terminal. */
    private static final Pattern USER_CODE = Pattern.compile("[\\p{L}\\p{N} ._-]{1,100}");

    private static final Pattern ADDRESS = Pattern.compile("\\p{Graph}{1," + LONGEST + "}");

    private static final Pattern PROVIDERS_CODE =
            Pattern.compile("[\\x21-\\x7e]{1," + LONGEST + "}");
    private static final Pattern DEVICE_CODE =
            Pattern.compile("([A-Za-z0-9_-]{22})\\.(" + PROVIDERS_CODE + ")");

    /** How a provider says that it does not do this for us (RFC 6749 §5.2). */
    private static final Set<String> NOT_FOR_US =
            Set.of("unauthorized_client", "unsupported_grant_type");

    private final OpenIdEndpoint provider;
    private final String scope;
    private final Optional<String> clientSecret;

    OpenIdDevice(OpenIdEndpoint provider, OpenIdConfiguration keys) {
        this.provider = provider;
        List<String> scopes = new ArrayList<>(List.of("openid"));
        scopes.addAll(keys.scopes());
        this.scope = String.join(" ", scopes);
        this.clientSecret = keys.clientSecret();
    }

    /** What became of a device code. */
    sealed interface Outcome {

        /** Somebody has signed in; nobody has looked at the token yet. */
        record Token(String idToken) implements Outcome {

            /** Without the token: this record may appear in a log. */
            @Override
            public String toString() {
                return "Token[]";
            }
        }

        /** Nobody has, yet. */
        record Pending() implements Outcome {}

        /** The same, and it is asked too often. */
        record TooFast() implements Outcome {}

        /** Nobody will. */
        record Over(String why) implements Outcome {}

        /** There is no such code, or not any more. */
        record Unknown() implements Outcome {}
    }

    /**
     * Begins one.
     *
     * @throws Problem {@code not_found} when the provider does not do this for us
     * @throws Refused when it does not answer, or not as it should
     */
    DeviceSignIn begin() {
        String nonce = base64(Secrets.random(NONCE_BYTES));
        Map<String, String> form = new TreeMap<>();
        form.put("scope", scope);
        form.put("code_challenge", base64(Secrets.hash(verifier(nonce))));
        form.put("code_challenge_method", "S256");
        Answer answer = provider.post(deviceEndpoint(), form);
        if (answer.status() != 200) {
            // Only here: nothing that was asked is a secret that the answer could repeat.
            throw refusal(answer, " " + text(answer.body(), "error_description"));
        }
        JsonNode body = answer.body();
        String code = text(body, "device_code");
        String user = text(body, "user_code");
        if (!PROVIDERS_CODE.matcher(code).matches() || !USER_CODE.matcher(user).matches()) {
            throw strange("wanted a device code and a user code");
        }
        String complete = body.path("verification_uri_complete").asText("");
        int expiresIn = body.path("expires_in").asInt();
        if (expiresIn < 1) {
            throw strange("wanted a time that the codes are good for");
        }
        return new DeviceSignIn(
                nonce + "." + code,
                user,
                page(text(body, "verification_uri")),
                complete.isEmpty() ? null : page(complete),
                Math.clamp(body.path("interval").asInt(INTERVAL), 1, LONGEST_INTERVAL),
                expiresIn);
    }

    /**
     * Asks what became of one.
     *
     * @throws Problem {@code not_found} when the provider does not do this for us
     * @throws Refused when it does not answer, or not as it should
     */
    Outcome ask(String deviceCode) {
        Matcher parts = DEVICE_CODE.matcher(deviceCode);
        if (!parts.matches()) {
            return new Outcome.Unknown();
        }
        Map<String, String> form = new TreeMap<>();
        form.put("grant_type", GRANT);
        form.put("device_code", parts.group(2));
        form.put("code_verifier", verifier(parts.group(1)));
        Answer answer = provider.post(tokenEndpoint(), form);
        if (answer.status() == 200) {
            String idToken = answer.body().path("id_token").asText("");
            if (idToken.isEmpty()) {
                throw new Refused(OpenIdRefusal.FAILED, "the provider sent no ID token");
            }
            return new Outcome.Token(idToken);
        }
        return switch (answer.error()) {
            case "authorization_pending" -> new Outcome.Pending();
            case "slow_down" -> new Outcome.TooFast();
            case "access_denied" -> new Outcome.Over("it was refused at the provider");
            case "expired_token" -> new Outcome.Over("its time is over: begin again");
            case "invalid_grant", "invalid_request" -> new Outcome.Unknown();
            default -> throw refusal(answer, "");
        };
    }

    private URI deviceEndpoint() {
        URI endpoint = provider.endpoints().device();
        if (endpoint == null) {
            throw new Problem(ProblemCode.NOT_FOUND, "the provider has no device flow");
        }
        return endpoint;
    }

    private URI tokenEndpoint() {
        return provider.endpoints().token();
    }

    private static RuntimeException refusal(Answer answer, String more) {
        if (NOT_FOR_US.contains(answer.error())) {
            return new Problem(
                    ProblemCode.NOT_FOUND,
                    "the provider does not allow the device flow for this broker");
        }
        return strange(answer + more);
    }

    /** Its fault, not the caller's. */
    private static Refused strange(String found) {
        return new Refused(OpenIdRefusal.UNAVAILABLE, found);
    }

    private String page(String address) {
        if (!ADDRESS.matcher(address).matches() || !provider.mayBeOpened(address)) {
            throw strange("wanted an address for people, found another kind");
        }
        return address;
    }

    private static String text(JsonNode body, String field) {
        return body.path(field).asText("");
    }

    private String verifier(String nonce) {
        try {
            byte[] key =
                    Secrets.hash(
                            "device flow of OpenID Connect\0"
                                    + clientSecret.orElseThrow(() ->
                                            new IllegalStateException("OpenID Connect is off")));
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return base64(mac.doFinal(nonce.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
