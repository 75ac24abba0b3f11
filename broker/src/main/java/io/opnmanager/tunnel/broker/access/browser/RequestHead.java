package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of a browser's request: what about it is refused, and what of it goes to the firewall.
 *
 * <p>Framing is never passed on: what goes to the firewall is framed anew. Still nothing goes on
 * that two readers could read in two ways.
 */
final class RequestHead {

    /** Speak of the way that a request took, or claim to. The relay adds none: nothing is sent. */
    private static final Set<String> OF_THE_WAY =
            Set.of(
                    "forwarded",
                    "via",
                    "x-forwarded",
                    "x-forwarded-by",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-prefix",
                    "x-forwarded-proto",
                    "x-forwarded-scheme",
                    "x-forwarded-server",
                    "x-forwarded-ssl",
                    "x-original-host",
                    "x-original-url",
                    "x-rewrite-url",
                    "x-real-ip",
                    "x-client-ip",
                    "x-cluster-client-ip",
                    "true-client-ip",
                    "client-ip",
                    "cf-connecting-ip",
                    "front-end-https",
                    "alt-used",
                    "max-forwards");

    /** Set anew by the relay. */
    private static final Set<String> SET_ANEW =
            Set.of("host", "content-length", "cookie", "origin", "referer", "expect");

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)(https?://[^/?#]*)(.*)");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]*");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

    private final Relay relay;
    private final HttpServerRequest request;
    private final MultiMap headers;
    private final @Nullable String target;

    RequestHead(Relay relay, HttpServerRequest request) {
        this.relay = relay;
        this.request = request;
        this.headers = request.headers();
        this.target = readTarget();
    }

    /** Why this request is not relayed, or {@code null}. */
    @Nullable Trouble refusal() {
        if (headers.entries().size() > relay.settings.headers()) {
            return Trouble.HEADERS;
        }
        // Null when it is neither 1.0, 1.1 nor 2: a server without WebSockets lets it come here.
        if (request.version() == null || !isFramedOneWay() || !isWellFormed()) {
            return Trouble.MALFORMED;
        }
        return switch (request.method().name().toUpperCase(Locale.ROOT)) {
            case "CONNECT", "TRACE", "TRACK" -> Trouble.METHOD;
            default -> target == null ? Trouble.MALFORMED : expectation();
        };
    }

    private @Nullable Trouble expectation() {
        for (String expected : headers.getAll(HttpHeaders.EXPECT)) {
            if (!expected.equalsIgnoreCase("100-continue")) {
                return Trouble.EXPECTATION;
            }
        }
        return null;
    }

    /**
     * RFC 9112 §6: one length or one "chunked", never both. Netty answers some of this itself, but
     * takes any list that has "chunked" in it for chunked, and drops a length beside it.
     */
    private boolean isFramedOneWay() {
        List<String> lengths = headers.getAll(HttpHeaders.CONTENT_LENGTH);
        List<String> encodings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
        if (encodings.isEmpty()) {
            return lengths.isEmpty()
                    || (lengths.size() == 1 && LENGTH.matcher(lengths.getFirst()).matches());
        }
        return request.version() == HttpVersion.HTTP_1_1
                && lengths.isEmpty()
                && encodings.size() == 1
                && encodings.getFirst().equalsIgnoreCase("chunked");
    }

    private boolean isWellFormed() {
        List<String> hosts = headers.getAll(HttpHeaders.HOST);
        if (!Spelling.isToken(request.method().name())
                || hosts.size() > 1
                || !hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
            return false;
        }
        for (Map.Entry<String, String> header : headers) {
            if (!Spelling.isToken(header.getKey()) || !Spelling.isValue(header.getValue())) {
                return false;
            }
        }
        return true;
    }

    /**
     * The request target as the firewall gets it: path and query, byte for byte as they came.
     *
     * @return {@code null} when it is none that can be relayed
     */
    @Nullable String target() {
        return target;
    }

    private @Nullable String readTarget() {
        String uri = request.uri();
        if (uri.equals("*")) {
            return request.method().name().equals("OPTIONS") ? uri : null;
        }
        Matcher absolute = uri.startsWith("/") ? null : ABSOLUTE.matcher(uri);
        if (absolute != null && absolute.matches()) {
            // RFC 9112 §3.2.2: has to be understood. It may only name the host that the request was
            // let in for.
            if (!relay.names.isSession(absolute.group(1))) {
                return null;
            }
            uri = absolute.group(2).startsWith("/") ? absolute.group(2) : "/" + absolute.group(2);
        }
        return Spelling.isPath(uri) ? asText(uri) : null;
    }

    /**
     * Bytes beyond ASCII come as one character each and go out as UTF-8, so they go through
     * unchanged when they are UTF-8; other ones are not relayed.
     */
    private static @Nullable String asText(String bytes) {
        if (Spelling.isAscii(bytes)) {
            return bytes;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Length of the body as announced; -1 when it was not. */
    long length() {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length == null ? -1 : Long.parseLong(length);
    }

    /** Whether the sender waits for leave to send its body. */
    boolean expectsContinue() {
        return request.version() != HttpVersion.HTTP_1_0 && headers.contains(HttpHeaders.EXPECT);
    }

    /** Whether it may be sent twice without being done twice (RFC 9110 §9.2.2), body aside. */
    boolean isIdempotent() {
        return switch (request.method().name()) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND" -> true;
            default -> false;
        };
    }

    /** Whether it is of a kind that has a body, so that none has to be said (RFC 9110 §8.6). */
    boolean meansBody() {
        return switch (request.method().name()) {
            case "POST", "PUT", "PATCH" -> true;
            default -> false;
        };
    }

    /** Whether it asks the connection to become a WebSocket (RFC 6455 §4.1). */
    boolean isWebSocket() {
        return request.version() == HttpVersion.HTTP_1_1
                && request.method().name().equals("GET")
                && HopByHop.names(headers, "upgrade")
                && headers.getAll(HttpHeaders.UPGRADE).stream()
                        .anyMatch("websocket"::equalsIgnoreCase);
    }

    /** Whether the answer will be a page of its own in a tab, so that a person looks at it. */
    boolean isDocument() {
        String destination = headers.get("Sec-Fetch-Dest");
        if (destination != null) {
            return destination.equals("document");
        }
        String accepted = headers.get(HttpHeaders.ACCEPT);
        return accepted != null
                && accepted.contains("text/html")
                && !headers.contains("X-Requested-With");
    }

    /** Puts what the firewall may see of the headers into {@code to}. */
    void copyTo(MultiMap to) {
        Set<String> connection = HopByHop.in(headers);
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!connection.contains(name)
                    && !OF_THE_WAY.contains(name)
                    && !SET_ANEW.contains(name)
                    && !name.startsWith(":")) {
                to.add(header.getKey(), header.getValue());
            }
        }
        to.set(HttpHeaders.HOST, relay.names.host());
        set(to, "Cookie", RelayedCookies.toFirewall(headers.getAll(HttpHeaders.COOKIE)));
        String origin = headers.get(HttpHeaders.ORIGIN);
        set(to, "Origin", origin == null ? null : relay.names.origin(origin));
        String referer = headers.get(HttpHeaders.REFERER);
        set(to, "Referer", referer == null ? null : relay.names.referer(referer));
        if (relay.profile.script() && isDocument()) {
            // What the script is put into has to be readable.
            to.set(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
        }
    }

    private static void set(MultiMap headers, String name, @Nullable String value) {
        if (value != null) {
            headers.set(name, value);
        }
    }
}
