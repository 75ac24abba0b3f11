package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer to a request for an upgrade (RFC 9112 §2 to §5, without its leniencies).
 *
 * @param status its status
 * @param headers its fields
 */
record UpgradeAnswer(int status, MultiMap headers) {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([1-5]\\d\\d)( .*)?");
    private static final Pattern FIELD =
            Pattern.compile(
                    "([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*");
    private static final byte[] END = {'\r', '\n', '\r', '\n'};

    /** Where the head ends in what has been received, or -1. */
    static int endOfHead(Buffer received) {
        for (int i = 0; i + END.length <= received.length(); i++) {
            boolean here = true;
            for (int j = 0; j < END.length && here; j++) {
                here = received.getByte(i + j) == END[j];
            }
            if (here) {
                return i + END.length;
            }
        }
        return -1;
    }

    /** Reads a head, or gives {@code null} when it is none. */
    static @Nullable UpgradeAnswer read(Buffer head) {
        String[] lines = head.toString("ISO-8859-1").split("\r\n", -1);
        Matcher status = STATUS.matcher(lines[0]);
        if (!status.matches()) {
            return null;
        }
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            Matcher field = FIELD.matcher(lines[i]);
            if (!field.matches()) {
                return null;
            }
            headers.add(field.group(1), field.group(2));
        }
        return new UpgradeAnswer(Integer.parseInt(status.group(1)), headers);
    }

    /** Whether the connection is a WebSocket from here on (RFC 6455 §4.1). */
    boolean isWebSocket() {
        return status == 101
                && HopByHop.names(headers, "upgrade")
                && "websocket".equalsIgnoreCase(headers.get(HttpHeaders.UPGRADE))
                && headers.contains("Sec-WebSocket-Accept");
    }
}
