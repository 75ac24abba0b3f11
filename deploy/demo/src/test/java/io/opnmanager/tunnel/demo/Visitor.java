package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody at the firewall's own page, with the cookies that it gave. */
final class Visitor implements AutoCloseable {

    private static final Pattern TOKEN =
            Pattern.compile("<input type=\"hidden\" name=\"([\\w-]{22})\" value=\"([\\w-]{22})\"");

    private final HttpClient client;
    private final URI page;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private String tokenName = "";
    private String token = "";

    Visitor(FirewallPage page) {
        this.page = URI.create("https://localhost:" + page.port());
        this.client =
                HttpClient.newBuilder()
                        .sslContext(TunnelClient.accepting(page.fingerprint()))
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
    }

    HttpClient client() {
        return client;
    }

    URI page() {
        return page;
    }

    String cookie(String name) {
        return cookies.getOrDefault(name, "");
    }

    String cookies() {
        return cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    String token() {
        return token;
    }

    String tokenName() {
        return tokenName;
    }

    HttpResponse<String> get(String path, String... headers)
            throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(page.resolve(path)), headers);
    }

    HttpResponse<String> post(String path, Map<String, String> fields, String... headers)
            throws IOException, InterruptedException {
        String form =
                fields.entrySet().stream()
                        .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining("&"));
        return post(path, "application/x-www-form-urlencoded", form, headers);
    }

    HttpResponse<String> post(String path, String type, String body, String... headers)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(page.resolve(path))
                        .header("Content-Type", type)
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        body, StandardCharsets.ISO_8859_1)),
                headers);
    }

    HttpResponse<String> signIn(String path, String password)
            throws IOException, InterruptedException {
        var _ = get(path);
        return post(
                path,
                Map.of(
                        "usernamefld",
                        FirewallPage.USER,
                        "passwordfld",
                        password,
                        "login",
                        "1",
                        tokenName,
                        token));
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (!cookies.isEmpty()) {
            request.header("Cookie", cookies());
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (String line : answer.headers().allValues("Set-Cookie")) {
            String[] cookie = line.split(";", 2)[0].split("=", 2);
            cookies.put(cookie[0], cookie[1]);
        }
        Matcher found = TOKEN.matcher(answer.body());
        if (found.find()) {
            tokenName = found.group(1);
            token = found.group(2);
        }
        return answer;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
