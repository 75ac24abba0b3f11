package io.opnmanager.tunnel.demo.page;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request as it arrived at the firewall, for whoever wants to know what did.
 *
 * @param method of the request
 * @param uri path and query as they came
 * @param headers by lower-case name, in the order they came
 */
public record Seen(String method, String uri, Map<String, List<String>> headers) {

    static Seen of(HttpServerRequest request) {
        Map<String, List<String>> headers = new TreeMap<>();
        for (Map.Entry<String, String> header : request.headers()) {
            headers.computeIfAbsent(
                            header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.getValue());
        }
        return new Seen(request.method().name(), request.uri(), headers);
    }

    /** The only value of a header; empty when there is none. */
    public String header(String name) {
        return String.join(", ", headers.getOrDefault(name, List.of()));
    }

    /** The names of its cookies, as often as they came. */
    public List<String> cookieNames() {
        return headers.getOrDefault("cookie", List.of()).stream()
                .flatMap(line -> Stream.of(line.split(";", -1)))
                .map(cookie -> cookie.strip().split("=", 2)[0])
                .collect(Collectors.toList());
    }
}
