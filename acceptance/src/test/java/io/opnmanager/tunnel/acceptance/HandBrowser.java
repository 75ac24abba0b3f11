package io.opnmanager.tunnel.acceptance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * What a browser does on hosts of sessions, done by hand: one connection a request, with exactly
 * the bytes that a test wants, and cookies kept by host.
 */
final class HandBrowser {

    private static final int ANSWER_MILLIS = 30_000;

    private final URI broker;
    private final SSLContext trust;

    /** By host, then by name. */
    private final Map<String, Map<String, String>> cookies = new LinkedHashMap<>();

    HandBrowser(URI broker, SSLContext trust) {
        this.broker = broker;
        this.trust = trust;
    }

    /** What came back; names of headers are in lower case. */
    record Seen(int status, Map<String, List<String>> headers, String body) {

        Optional<String> header(String name) {
            return headers.getOrDefault(name, List.of()).stream().findFirst();
        }

        List<String> all(String name) {
            return headers.getOrDefault(name, List.of());
        }
    }

    Seen get(String host, String path, String... headers) throws IOException {
        return ask("GET", host, path, "", headers);
    }

    Seen post(String host, String path, String body, String... headers) throws IOException {
        return ask("POST", host, path, body, headers);
    }

    /** With this browser's cookies of that host, and further header lines. */
    Seen ask(String method, String host, String path, String body, String... headers)
            throws IOException {
        StringBuilder head = new StringBuilder();
        head.append(
                "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
                        .formatted(method, path, host));
        if (!body.isEmpty() || method.equals("POST")) {
            head.append("Content-Length: %d\r\n".formatted(body.length()));
        }
        Map<String, String> kept = cookies.getOrDefault(host, Map.of());
        if (!kept.isEmpty()) {
            List<String> pairs = new ArrayList<>();
            kept.forEach((name, value) -> pairs.add(name + "=" + value));
            head.append("Cookie: ").append(String.join("; ", pairs)).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        Seen seen = raw(head + "\r\n" + body);
        for (String cookie : seen.all("set-cookie")) {
            keep(host, cookie);
        }
        return seen;
    }

    private void keep(String host, String cookie) {
        String pair = cookie.substring(0, cookie.indexOf(';'));
        String name = pair.substring(0, pair.indexOf('='));
        Map<String, String> kept = cookies.computeIfAbsent(host, key -> new LinkedHashMap<>());
        if (cookie.contains("Max-Age=0")) {
            kept.remove(name);
        } else {
            kept.put(name, pair.substring(pair.indexOf('=') + 1));
        }
    }

    /** Values of this browser's cookies of a host, by name. */
    Map<String, String> cookies(String host) {
        return Map.copyOf(cookies.getOrDefault(host, Map.of()));
    }

    /**
     * The head of a request with this browser's cookies of that host, on a connection for the
     * caller to go on with and to close.
     *
     * @param head its first line without the version, and further header lines
     */
    Socket begin(String host, String... head) throws IOException {
        List<String> pairs = new ArrayList<>();
        cookies(host).forEach((name, value) -> pairs.add(name + "=" + value));
        List<String> lines = new ArrayList<>(List.of(head));
        lines.set(0, head[0] + " HTTP/1.1");
        lines.add("Host: " + host);
        lines.add("Cookie: " + String.join("; ", pairs));
        Socket socket = connect();
        send(socket, String.join("\r\n", lines) + "\r\n\r\n");
        return socket;
    }

    /** A connection to the broker on which nothing was said yet. */
    Socket connect() throws IOException {
        Socket socket = trust.getSocketFactory().createSocket(broker.getHost(), broker.getPort());
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    /** These characters, a byte each. */
    static void send(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        to.getOutputStream().flush();
    }

    /** The head of an answer, with the empty line at its end and no byte more. */
    static String head(Socket from) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = from.getInputStream().read();
            if (read < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.append((char) read);
        }
        return head.toString();
    }

    /** Reads until the other side ends it, however it does, and counts what came before. */
    static long untilCut(Socket from) throws IOException {
        byte[] some = new byte[16 * 1024];
        long count = 0;
        try {
            for (int read = 0; read >= 0; read = from.getInputStream().read(some)) {
                count += read;
            }
        } catch (SocketException | SSLException cut) {
            // A reset is an end as well; a timeout is none and goes on to the caller.
        }
        return count;
    }

    /** Exactly these characters, and what comes back until the end of the connection. */
    Seen raw(String request) throws IOException {
        try (Socket socket = connect()) {
            send(socket, request);
            return read(socket);
        }
    }

    /** A whole answer. */
    static Seen read(Socket from) throws IOException {
        InputStream in = from.getInputStream();
        String first = line(in);
        int status = Integer.parseInt(first.split(" ", -1)[1]);
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        byte[] body;
        if (headers.containsKey("content-length")) {
            body = in.readNBytes(Integer.parseInt(headers.get("content-length").getFirst()));
        } else if (headers.containsKey("transfer-encoding")) {
            body = chunks(in);
        } else {
            body = status == 204 || status == 304 ? new byte[0] : in.readAllBytes();
        }
        return new Seen(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = size(in); size > 0; size = size(in)) {
            body.write(in.readNBytes(size));
            line(in);
        }
        return body.toByteArray();
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int read = in.read();
        while (read >= 0 && read != '\n') {
            line.append((char) read);
            read = in.read();
        }
        if (read < 0 && line.isEmpty()) {
            throw new IOException("the broker closed the connection without an answer");
        }
        return line.toString().strip();
    }
}
