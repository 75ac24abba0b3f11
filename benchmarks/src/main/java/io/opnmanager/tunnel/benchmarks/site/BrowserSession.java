package io.opnmanager.tunnel.benchmarks.site;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * A browser that was let in at a session's host, as ADR 0017 says: challenge, ticket, cookie.
 *
 * @param broker where the host is reached
 * @param trust for its certificate
 * @param headers of every request: the host and the session's cookie
 */
public record BrowserSession(InetSocketAddress broker, SSLContext trust, List<String> headers) {

    private static final String CONSOLE = "https://console.test";
    private static final String DOOR = "/.opnmanager/enter";
    private static final int ANSWER_MILLIS = 30_000;
    private static final Pattern CHALLENGE = Pattern.compile("[?&]challenge=([^&\\s]+)");
    private static final Pattern COOKIE =
            Pattern.compile("(?im)^set-cookie: *(__Host-[^=]+=[^;\\s]+);");

    /** As they are. */
    public BrowserSession {
        headers = List.copyOf(headers);
    }

    /** What a site wants for this; the names need not resolve. */
    public static Map<String, String> settings() {
        return Map.of(
                "opnmanager.access.console-url",
                CONSOLE,
                "opnmanager.access.session-url",
                "https://*.sessions.test");
    }

    /** Goes in at an active tunnel. */
    public static BrowserSession enter(Site site, long request)
            throws IOException, InterruptedException {
        JsonNode active = site.operator().request(request);
        String host = URI.create(active.path("session_url").asText()).getAuthority();
        BrowserSession outside =
                new BrowserSession(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), site.broker().uri().getPort()),
                        site.broker().certificates().clientContext(),
                        List.of("Host: " + host));
        String sent = outside.ask("GET", "");
        Answer made =
                site.operator()
                        .call(
                                "POST",
                                "/api/v1/requests/" + request + "/entries",
                                OperatorClient.object().put("challenge", first(CHALLENGE, sent)));
        if (!made.isSuccess()) {
            throw new IOException("wanted a ticket, found " + made.text());
        }
        String in =
                outside.ask(
                        "POST",
                        "ticket=" + made.body().path("ticket").asText(),
                        "Cookie: " + first(COOKIE, sent),
                        "Content-Type: application/x-www-form-urlencoded",
                        "Origin: " + CONSOLE);
        Matcher cookies = COOKIE.matcher(in);
        while (cookies.find()) {
            if (cookies.group(1).startsWith("__Host-opnmanager-session=")) {
                return new BrowserSession(
                        outside.broker,
                        outside.trust,
                        List.of("Host: " + host, "Cookie: " + cookies.group(1)));
            }
        }
        throw new IOException("wanted the session's cookie, found " + in);
    }

    private static String first(Pattern pattern, String text) throws IOException {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IOException("wanted %s, found %s".formatted(pattern, text));
        }
        return found.group(1);
    }

    /** One request to the door on a connection of its own; the whole answer. */
    private String ask(String method, String body, String... more) throws IOException {
        String head =
                "%s %s HTTP/1.1\r\n%s\r\n%sConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(
                                method,
                                DOOR,
                                String.join("\r\n", headers),
                                more.length == 0 ? "" : String.join("\r\n", more) + "\r\n",
                                body.length(),
                                body);
        try (Socket socket =
                trust.getSocketFactory().createSocket(broker.getAddress(), broker.getPort())) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
