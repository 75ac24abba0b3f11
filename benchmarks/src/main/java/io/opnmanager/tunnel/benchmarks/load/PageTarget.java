package io.opnmanager.tunnel.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A web page that is nothing but fast, over plain HTTP/1.1 with kept connections: {@code GET /N}
 * answers N bytes. It runs in this process.
 */
public final class PageTarget implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;
    private static final int LONGEST_HEAD = 16 * 1024;

    private final ServerSocket listener;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("page-", 0).factory());

    private PageTarget(ServerSocket listener) {
        this.listener = listener;
    }

    /** On a free port of 127.0.0.1. */
    public static PageTarget start() throws IOException {
        PageTarget page =
                new PageTarget(new ServerSocket(0, 512, InetAddress.getLoopbackAddress()));
        page.threads.execute(page::accept);
        return page;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private static void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                answer(out, asked(head));
            }
        } catch (IOException e) {
            // Who asked sees the end.
        }
    }

    /** 0 for whatever is no number: the probe of a broker asks for the page itself. */
    private static long asked(String head) {
        String digits = head.substring(0, head.indexOf("\r\n")).split(" ", -1)[1].substring(1);
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }

    private static void answer(OutputStream out, long count) throws IOException {
        byte[] head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
                        .formatted(count)
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] first = new byte[head.length + (int) Math.min(CHUNK, count)];
        System.arraycopy(head, 0, first, 0, head.length);
        out.write(first);
        byte[] chunk = new byte[CHUNK];
        for (long left = count - Math.min(CHUNK, count); left > 0; left -= CHUNK) {
            out.write(chunk, 0, (int) Math.min(CHUNK, left));
        }
    }

    /** Empty at the end. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < LONGEST_HEAD) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
            if (next == '\n' && head.length() > 3 && head.lastIndexOf("\r\n\r\n") >= 0) {
                return head.toString();
            }
        }
        throw new IOException("a head longer than " + LONGEST_HEAD);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
