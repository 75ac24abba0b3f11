package io.opnmanager.tunnel.broker.access.browser;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A firewall's page made of sockets, so that it can misbehave in every way. Each connection runs on
 * a virtual thread and is handled by the test.
 */
final class RawPage implements AutoCloseable {

    /** What a test does with one connection; returning closes it. */
    interface Handler {
        void handle(Line line) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

    private RawPage(ServerSocket server, Handler handler) {
        this.server = server;
        this.handler = handler;
    }

    static RawPage start(Handler handler) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        RawPage page = new RawPage(server, handler);
        Thread.ofVirtual().start(page::accept);
        return page;
    }

    /** Answers each request of a connection with these bytes, after reading its body. */
    static RawPage answering(String answer) throws IOException {
        return start(line -> {
            while (true) {
                String head = line.readHead();
                line.readBody(head);
                line.write(answer);
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many connections were accepted so far. */
    int connections() {
        return connections.get();
    }

    int openConnections() {
        return open.size();
    }

    /** The next request's head that a line has read, request line and fields. */
    String nextHead() throws InterruptedException {
        String head = heads.poll(10, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("no request arrived within 10 s");
        }
        return head;
    }

    /** The heads that were read and not yet asked for. */
    List<String> heads() {
        return List.copyOf(heads);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> run(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void run(Socket socket) {
        try (socket) {
            handler.handle(new Line(socket, heads));
        } catch (IOException e) {
            // The relay went away, as it may.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection. */
    static final class Line {
        final Socket socket;
        final InputStream in;
        final OutputStream out;
        private final BlockingQueue<String> heads;

        Line(Socket socket, BlockingQueue<String> heads) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            this.out = socket.getOutputStream();
            this.heads = heads;
        }

        /** Where tests look for what arrived. */
        BlockingQueue<String> heads() {
            return heads;
        }

        /** The next head with its empty line, or the end of the connection as an exception. */
        String readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int read = in.read();
                if (read < 0) {
                    throw new EOFException("the connection ended in a head");
                }
                head.append((char) read);
            }
            heads.add(head.toString());
            return head.toString();
        }

        /** The body that follows this head, without its framing. */
        byte[] readBody(String head) throws IOException {
            String length = Http.field(head, "content-length");
            if (length != null) {
                return in.readNBytes(Integer.parseInt(length));
            }
            return "chunked".equals(Http.field(head, "transfer-encoding"))
                    ? Http.readChunks(in)
                    : new byte[0];
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void ok(String body) throws IOException {
            write(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n"
                            + body);
        }
    }

    /** HTTP as read by hand. */
    static final class Http {
        private Http() {}

        static @org.jspecify.annotations.Nullable String field(String head, String name) {
            for (String line : head.split("\r\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
                    return line.substring(colon + 1).strip();
                }
            }
            return null;
        }

        static byte[] readChunks(InputStream in) throws IOException {
            var body = new java.io.ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(readLine(in).split(";", -1)[0].strip(), 16);
                if (size == 0) {
                    while (!readLine(in).isEmpty()) {
                        // Trailers are not looked at.
                    }
                    return body.toByteArray();
                }
                body.write(in.readNBytes(size));
                String end = readLine(in);
                if (!end.isEmpty()) {
                    throw new IOException("wanted the end of a chunk, found " + end);
                }
            }
        }

        static String readLine(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            int read;
            while ((read = in.read()) != '\n') {
                if (read < 0) {
                    throw new EOFException("the connection ended in a line");
                }
                if (read != '\r') {
                    line.append((char) read);
                }
            }
            return line.toString();
        }
    }
}
