package io.opnmanager.tunnel.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * A page with a self-signed certificate that plays a firewall's own: {@code /} says which one it
 * is, {@code /echo} answers the body, {@code /bytes?n=} streams, {@code /events} sends an event a
 * second, {@code /slow?ms=} takes its time. Each request runs on a virtual thread; its owner's
 * calls are guarded by the object.
 */
public final class FirewallPage implements AutoCloseable {

    /** What OPNsense gives its own certificate. */
    private static final Duration VALIDITY = Duration.ofDays(397);

    private static final String HOST = "OPNsense.localdomain";
    private static final int BLOCK = 64 * 1024;
    private static final long LONGEST_PAUSE_MS = 60_000;
    private static final long EVENT_INTERVAL_MS = 1_000;

    private final String name;
    private final int port;
    private Identity identity;
    private @Nullable Running running;

    private FirewallPage(String name) throws IOException {
        this.name = name;
        this.identity = newIdentity();
        Running first = Running.start(name, 0, identity);
        this.running = first;
        this.port = first.server.getAddress().getPort();
    }

    /** Starts the page of the firewall of this name on a free port of 127.0.0.1. */
    public static FirewallPage start(String name) throws IOException {
        return new FirewallPage(name);
    }

    private static Identity newIdentity() {
        return Identity.selfSigned(
                "CN=" + HOST,
                Identity.Use.SERVER,
                VALIDITY,
                new GeneralName(GeneralName.dNSName, HOST));
    }

    /** The firewall's name, as the page shows it. */
    public String name() {
        return name;
    }

    /** Where it listens on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The page as a target, seen from the agent. */
    public String target() {
        return "https://localhost:" + port;
    }

    /** SHA-256 of its certificate: 64 lower-case hexadecimal digits. */
    public synchronized String fingerprint() {
        return identity.fingerprint();
    }

    /**
     * Shows another certificate from now on, as after a renewal: the page is restarted, and with
     * that its connections end.
     */
    public synchronized void renewCertificate() throws IOException {
        stop();
        identity = newIdentity();
        startAgain();
    }

    /** Stops listening; its connections end. */
    public synchronized void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** Listens again after {@link #stop}, on the same port with the same certificate. */
    public synchronized void startAgain() throws IOException {
        if (running == null) {
            running = Running.start(name, port, identity);
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** One run of the server; it owns its threads. */
    private record Running(HttpsServer server, ExecutorService threads) implements AutoCloseable {

        static Running start(String name, int port, Identity identity) throws IOException {
            HttpsServer server =
                    HttpsServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
            server.setExecutor(threads);
            handle(server, "/", exchange -> page(exchange, name));
            handle(server, "/echo", FirewallPage::echo);
            handle(server, "/bytes", FirewallPage::bytes);
            handle(server, "/events", FirewallPage::events);
            handle(server, "/slow", FirewallPage::slow);
            server.start();
            return new Running(server, threads);
        }

        private static void handle(HttpsServer server, String path, HttpHandler handler) {
            server.createContext(
                    path,
                    exchange -> {
                        try (exchange) {
                            handler.handle(exchange);
                        }
                    });
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private static void page(HttpExchange exchange, String name) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/")) {
            answer(exchange, 404, "text/plain; charset=utf-8", "There is no such page here.\n");
            return;
        }
        answer(
                exchange,
                200,
                "text/html; charset=utf-8",
                """
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width">
                  <title>%1$s</title>
                  <style>
                    body { font: 16px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 34rem; padding: 0 1rem; color: #1d2733 }
                    h1 { border-left: 6px solid #d94f00; padding-left: .7rem }
                    code { background: #eef1f4; padding: .1rem .35rem; border-radius: 4px }
                  </style>
                </head>
                <body>
                  <h1>%1$s</h1>
                  <p>This is the firewall's own web page. It is played by the demo, and it listens on 127.0.0.1 of the firewall's side only.</p>
                  <p>Further: <code>/echo</code>, <code>/bytes?n=1048576</code>, <code>/events</code>, <code>/slow?ms=2000</code></p>
                </body>
                </html>
                """
                        .formatted(escaped(name)));
    }

    private static void echo(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            exchange.getRequestBody().transferTo(body);
        }
    }

    private static void bytes(HttpExchange exchange) throws IOException {
        long count = number(exchange, "n", 0);
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(200, count == 0 ? -1 : count);
        byte[] block = new byte[BLOCK];
        try (OutputStream body = exchange.getResponseBody()) {
            for (long left = count; left > 0; left -= BLOCK) {
                body.write(block, 0, (int) Math.min(BLOCK, left));
            }
        }
    }

    private static void events(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            // Ends with the client's or the server's end: writing fails or the thread is told.
            for (long number = 0; !Thread.currentThread().isInterrupted(); number++) {
                body.write(("id: " + number + "\ndata: tick\n\n").getBytes(StandardCharsets.UTF_8));
                body.flush();
                pause(EVENT_INTERVAL_MS);
            }
        }
    }

    private static void slow(HttpExchange exchange) throws IOException {
        pause(Math.min(number(exchange, "ms", 2_000), LONGEST_PAUSE_MS));
        answer(exchange, 200, "text/plain; charset=utf-8", "At last.\n");
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long number(HttpExchange exchange, String key, long otherwise) {
        @Nullable String query = exchange.getRequestURI().getQuery();
        if (query != null && query.startsWith(key + "=")) {
            return Long.parseUnsignedLong(query.substring(key.length() + 1));
        }
        return otherwise;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static void answer(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean headOnly = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, headOnly ? -1 : body.length);
        if (!headOnly) {
            exchange.getResponseBody().write(body);
        }
    }
}
