package io.opnmanager.tunnel.acceptance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A page on 127.0.0.1 for large and slow bodies, held nowhere: {@code /digest} says what came,
 * {@code /bytes} sends {@link #LARGE} bytes, {@code /echo} says the body back, {@code /lazy} never
 * reads it. A virtual thread a request.
 */
final class HeavyPage implements AutoCloseable {

    /** 200 MB, as much as OPNsense takes in one upload. */
    static final long LARGE = 200L * 1024 * 1024;

    private static final int BLOCK = 64 * 1024;

    private final HttpServer server;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Bytes that the last download gave to its connection. */
    final AtomicLong poured = new AtomicLong();

    /** Paths of requests that are being answered; the broker's own probes are not among them. */
    final List<String> busy = new CopyOnWriteArrayList<>();

    /** Requests that were answered to their end; the broker's own probes are not counted. */
    final AtomicInteger whole = new AtomicInteger();

    private HeavyPage(HttpServer server) {
        this.server = server;
        on("/", HeavyPage::root);
        on("/digest", exchange -> answer(exchange, drink(exchange.getRequestBody())));
        on("/bytes", this::download);
        on("/echo", HeavyPage::echo);
        on("/lazy", exchange -> closed.await());
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    static HeavyPage start() throws IOException {
        return new HeavyPage(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500));
    }

    int port() {
        return server.getAddress().getPort();
    }

    @FunctionalInterface
    private interface Work {
        void on(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private void on(String path, Work work) {
        server.createContext(
                path,
                exchange -> {
                    // Of an active session there is a probe each minute.
                    boolean probe = exchange.getRequestMethod().equals("HEAD");
                    if (!probe) {
                        busy.add(path);
                    }
                    try (exchange) {
                        work.on(exchange);
                        if (!probe) {
                            whole.incrementAndGet();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        if (!probe) {
                            busy.remove(path);
                        }
                    }
                });
    }

    private static void root(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
        } else {
            answer(exchange, "there");
        }
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void echo(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void download(HttpExchange exchange) throws IOException {
        poured.set(0);
        exchange.sendResponseHeaders(200, LARGE);
        pour(exchange.getResponseBody(), LARGE, poured);
    }

    /** Writes so many bytes, no block like another, and gives their SHA-256. */
    static String pour(OutputStream to, long bytes, AtomicLong count) throws IOException {
        MessageDigest sum = sha256();
        byte[] block = new byte[BLOCK];
        for (long left = bytes; left > 0; left -= BLOCK) {
            for (int i = 0; i < Long.BYTES; i++) {
                block[i] = (byte) (left >>> (Long.BYTES * i));
            }
            int now = (int) Math.min(BLOCK, left);
            to.write(block, 0, now);
            count.addAndGet(now);
            sum.update(block, 0, now);
        }
        to.flush();
        return HexFormat.of().formatHex(sum.digest());
    }

    /** Reads to the end and gives the SHA-256 of what came. */
    static String drink(InputStream from) throws IOException {
        MessageDigest sum = sha256();
        byte[] block = new byte[BLOCK];
        for (int read = from.read(block); read >= 0; read = from.read(block)) {
            sum.update(block, 0, read);
        }
        return HexFormat.of().formatHex(sum.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
