package io.opnmanager.tunnel.broker.access.browser;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A browser made of a socket, so that it can misbehave in every way. */
final class RawBrowser implements AutoCloseable {

    final Socket socket;
    final InputStream in;
    final OutputStream out;

    RawBrowser(int port) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(15_000);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** A request of the session's host with these further lines. */
    void ask(String requestLine, String... fields) throws IOException {
        StringBuilder head = new StringBuilder(requestLine).append(" HTTP/1.1\r\nHost: ");
        head.append(RelayWorld.SESSION_HOST).append("\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        send(head.append("\r\n").toString());
    }

    /** The next head with its empty line. */
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.append((char) read);
        }
        return head.toString();
    }

    /** The body that follows this head. */
    byte[] body(String head) throws IOException {
        String length = RawPage.Http.field(head, "content-length");
        if (length != null) {
            return in.readNBytes(Integer.parseInt(length));
        }
        return "chunked".equals(RawPage.Http.field(head, "transfer-encoding"))
                ? RawPage.Http.readChunks(in)
                : in.readAllBytes();
    }

    String text(String head) throws IOException {
        return new String(body(head), StandardCharsets.ISO_8859_1);
    }

    int status() throws IOException {
        return statusOf(head());
    }

    static int statusOf(String head) {
        return Integer.parseInt(head.split(" ", 3)[1]);
    }

    /** Everything until the other side closes. */
    String untilClosed() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException reset) {
            // Closed, less politely.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
