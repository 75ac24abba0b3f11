package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * As much of a browser as signing in needs: cookies of each host by path, redirects, forms. It runs
 * no script, and shows each answer before it goes on.
 */
final class Browser implements AutoCloseable {

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int MOST_REDIRECTS = 10;
    private static final Pattern FORM_ACTION = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");

    private final HttpClient client;

    /** By host, then by name; a browser knows no ports here. */
    private final Map<String, Map<String, Cookie>> cookies = new TreeMap<>();

    /**
     * A cookie.
     *
     * @param attributes as the server said them, in lower case
     */
    record Cookie(String value, String path, String attributes) {}

    Browser(SSLContext trust) {
        client =
                HttpClient.newBuilder()
                        .sslContext(trust)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /** One request, no redirect followed. */
    HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address).GET());
    }

    /** Sends JSON, as a program does. */
    HttpResponse<String> post(URI address, String json) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Sends the only form of a page. */
    HttpResponse<String> submit(HttpResponse<String> page, Map<String, String> fields)
            throws IOException, InterruptedException {
        Matcher form = FORM_ACTION.matcher(page.body());
        if (!form.find()) {
            throw new IOException("no form in " + page.uri() + ": " + page.body());
        }
        String body =
                fields.entrySet().stream()
                        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                        .collect(Collectors.joining("&"));
        return send(
                HttpRequest.newBuilder(page.uri().resolve(form.group(1).replace("&amp;", "&")))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Goes where an answer leads, until it leads to another host or nowhere. */
    HttpResponse<String> follow(HttpResponse<String> answer)
            throws IOException, InterruptedException {
        HttpResponse<String> last = answer;
        for (int i = 0; i < MOST_REDIRECTS && last.statusCode() / 100 == 3; i++) {
            last = get(location(last));
        }
        return last;
    }

    /** Where an answer leads. */
    static URI location(HttpResponse<String> answer) {
        return answer.uri()
                .resolve(
                        answer.headers()
                                .firstValue("Location")
                                .orElseThrow(() ->
                                        new IllegalStateException(
                                                answer + " leads nowhere: " + answer.body())));
    }

    /** The cookies of a host that have a value, by name. */
    Map<String, Cookie> cookies(String host) {
        return cookies.computeIfAbsent(host, ignored -> new TreeMap<>());
    }

    /** One of them, which has to be there. */
    Cookie cookie(String host, String name) {
        Cookie found = cookies(host).get(name);
        if (found == null) {
            throw new AssertionError("no cookie " + name + " in " + cookies(host).keySet());
        }
        return found;
    }

    /** What it would send to this address; null when nothing. */
    @Nullable String cookieHeader(URI address) {
        String header =
                cookies(address.getHost()).entrySet().stream()
                        .filter(cookie -> address.getPath().startsWith(cookie.getValue().path()))
                        .map(cookie -> cookie.getKey() + "=" + cookie.getValue().value())
                        .collect(Collectors.joining("; "));
        return header.isEmpty() ? null : header;
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        URI address = request.build().uri();
        String header = cookieHeader(address);
        if (header != null) {
            var _ = request.header("Cookie", header);
        }
        HttpResponse<String> answer =
                client.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
        answer.headers().allValues("Set-Cookie").forEach(line -> keep(address, line));
        return answer;
    }

    private void keep(URI address, String line) {
        String[] parts = line.split(";", 2);
        String attributes = parts.length == 1 ? "" : parts[1].toLowerCase(Locale.ROOT);
        String name = parts[0].substring(0, parts[0].indexOf('='));
        String value = parts[0].substring(parts[0].indexOf('=') + 1);
        Matcher path = Pattern.compile("; ?path=([^;]*)", Pattern.CASE_INSENSITIVE).matcher(line);
        Map<String, Cookie> kept = cookies(address.getHost());
        if (attributes.contains("max-age=0")) {
            var _ = kept.remove(name);
        } else {
            var _ =
                    kept.put(
                            name, new Cookie(value, path.find() ? path.group(1) : "/", attributes));
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
