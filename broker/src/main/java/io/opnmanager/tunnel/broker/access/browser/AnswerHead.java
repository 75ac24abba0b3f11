package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of a firewall's answer: what of it is refused, and what of it goes to the browser. */
final class AnswerHead {

    /** RFC 9110 §6.5.1: what must not come after the body, because it had to be known before. */
    private static final Set<String> NO_TRAILER =
            Set.of(
                    "content-length",
                    "content-encoding",
                    "content-type",
                    "content-range",
                    "set-cookie",
                    "host",
                    "location",
                    "cache-control",
                    "authorization",
                    "content-security-policy");

    private final Relay relay;
    private final int status;
    private final MultiMap headers;

    AnswerHead(Relay relay, int status, MultiMap headers) {
        this.relay = relay;
        this.status = status;
        this.headers = headers;
    }

    /** Why this answer is not relayed, or {@code null}. */
    @Nullable Trouble refusal() {
        List<String> encodings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
        boolean framed =
                encodings.isEmpty()
                        || (encodings.size() == 1
                                && encodings.getFirst().equalsIgnoreCase("chunked"));
        if (status < 200 || !framed || headers.entries().size() > relay.settings.headers()) {
            return Trouble.BROKEN;
        }
        String location = headers.get(HttpHeaders.LOCATION);
        return location != null && relay.names.leadsAside(location) ? Trouble.ASIDE : null;
    }

    /** Whether bytes follow that belong to it (RFC 9112 §6.3). */
    boolean hasBody(boolean askedForHead) {
        return !askedForHead && status != 204 && status != 304;
    }

    /** Whether it fills a tab when a tab asked for it. */
    boolean fillsTab() {
        String disposition = headers.get("Content-Disposition");
        boolean saved =
                disposition != null
                        && disposition.strip().toLowerCase(Locale.ROOT).startsWith("attachment");
        boolean moves = status >= 300 && status < 400 && status != 304;
        return !saved && !moves && status != 204 && status != 205;
    }

    /** Whether a script can be put into its body. */
    boolean takesScript() {
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        return status != 206
                && status != 304
                && (encoding == null || encoding.strip().equalsIgnoreCase("identity"))
                && ScriptInsertion.suits(headers.get(HttpHeaders.CONTENT_TYPE));
    }

    /** Whether its bytes are events, and it has no end. */
    boolean isEventStream() {
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        return type != null
                && type.strip().toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }

    /** Puts what the browser may see of the headers into {@code to}. */
    void copyTo(MultiMap to) {
        Set<String> connection = HopByHop.in(headers);
        boolean secure = "https".equals(relay.upstream.sessionOrigin().getScheme());
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (connection.contains(name) || relay.profile.dropped().contains(name)) {
                continue;
            }
            @Nullable String value =
                    switch (name) {
                        case "set-cookie" -> RelayedCookies.toBrowser(header.getValue(), secure);
                        case "location", "content-location" ->
                                relay.names.address(header.getValue());
                        case "refresh" -> relay.names.refresh(header.getValue());
                        default -> header.getValue();
                    };
            if (value != null) {
                to.add(header.getKey(), value);
            }
        }
        if (isEventStream()) {
            // A front-end such as nginx would collect the events otherwise.
            to.set("X-Accel-Buffering", "no");
        }
        boolean framedOtherwise = headers.contains(HttpHeaders.TRANSFER_ENCODING);
        if (status == 304 || status == 204 || framedOtherwise) {
            to.remove(HttpHeaders.CONTENT_LENGTH);
        }
    }

    /** Changes what {@link #copyTo} gave for a document that becomes longer on its way. */
    static void forInsertion(MultiMap to, ContentPolicy policy) {
        to.remove(HttpHeaders.CONTENT_LENGTH);
        for (String digest : List.of("Content-MD5", "Digest", "Content-Digest", "Repr-Digest")) {
            to.remove(digest);
        }
        // Two documents that differ by the script are the same for a browser, but not in bytes.
        String tag = to.get(HttpHeaders.ETAG);
        if (tag != null && !tag.startsWith("W/")) {
            to.set(HttpHeaders.ETAG, "W/" + tag);
        }
        to.remove("Accept-Ranges");
        to.remove("Content-Security-Policy");
        policy.headers().forEach(header -> to.add("Content-Security-Policy", header));
    }

    /** Whether a field may come after the body. */
    static boolean isTrailer(String name) {
        return !NO_TRAILER.contains(name.toLowerCase(Locale.ROOT)) && !HopByHop.isAlways(name);
    }
}
