package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.firewall.Target;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks the target through the tunnel whether it is there, the way its clients will: TLS handshake
 * and HTTP status for a web page, a banner for ssh, an open connection for anything else. It goes
 * through the tunnel's own listener, so an answer also proves that the listener is ours and up.
 *
 * <p>Blocking; for a virtual thread.
 */
final class Probe {

    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 5_000;

    /**
     * How long a plain connection must stay open to count: an agent that cannot reach its target
     * closes it at once.
     */
    private static final int STAYS_OPEN_MILLIS = 500;

    private static final int LONGEST_LINE = 1024;
    private static final Pattern HTTP_STATUS = Pattern.compile("HTTP/1\\.[01] [1-5]\\d\\d.*");

    private Probe() {}

    /**
     * Probes once.
     *
     * @return SHA-256 of the certificate that the target showed, or {@code null} when it is no TLS
     *     target
     * @throws IOException when it did not answer as such a target does; the message says how
     */
    static byte @Nullable [] run(Tunnel tunnel, Target target) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            int source = socket.getLocalPort();
            tunnel.expectProbe(source);
            try {
                socket.connect(
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), tunnel.port()),
                        CONNECT_MILLIS);
                socket.setSoTimeout(READ_MILLIS);
                return ask(socket, target);
            } finally {
                tunnel.probeOver(source);
            }
        }
    }

    private static byte @Nullable [] ask(Socket socket, Target target) throws IOException {
        return switch (target.scheme()) {
            case "https" -> https(socket, target);
            case "http" -> {
                status(socket, target);
                yield null;
            }
            case "ssh" -> {
                banner(socket);
                yield null;
            }
            default -> {
                staysOpen(socket);
                yield null;
            }
        };
    }

    private static byte[] https(Socket socket, Target target) throws IOException {
        Seen seen = new Seen();
        try (SSLSocket tls =
                (SSLSocket)
                        context(seen)
                                .getSocketFactory()
                                .createSocket(socket, target.host(), target.port(), true)) {
            tls.startHandshake();
            status(tls, target);
            return seen.fingerprint();
        }
    }

    private static SSLContext context(Seen seen) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new X509ExtendedTrustManager[] {seen}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    private static void status(Socket socket, Target target) throws IOException {
        String host = target.host().contains(":") ? "[" + target.host() + "]" : target.host();
        String ask =
                "HEAD / HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: OPNManager-Tunnel-probe\r\nConnection: close\r\n\r\n"
                        .formatted(host, target.port());
        socket.getOutputStream().write(ask.getBytes(StandardCharsets.US_ASCII));
        String line = line(socket.getInputStream());
        if (!HTTP_STATUS.matcher(line).matches()) {
            throw new IOException("the target did not answer with an HTTP status");
        }
    }

    private static void banner(Socket socket) throws IOException {
        if (!line(socket.getInputStream()).startsWith("SSH-")) {
            throw new IOException("the target did not answer with an SSH banner");
        }
    }

    private static void staysOpen(Socket socket) throws IOException {
        socket.setSoTimeout(STAYS_OPEN_MILLIS);
        try {
            if (socket.getInputStream().read() < 0) {
                throw new IOException("the target closed the connection at once");
            }
        } catch (SocketTimeoutException e) {
            // It waits for us to speak first: it is there.
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < LONGEST_LINE; i++) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("the target closed the connection without an answer");
            }
            if (read == '\n') {
                return line.toString().strip();
            }
            line.append((char) read);
        }
        throw new IOException("the target answered with something else than was asked");
    }

    /**
     * How long a failed probe waits before the next: short at first, because most targets are up
     * already.
     */
    static Duration pause(int failures) {
        return Duration.ofMillis(Math.min(2_000, 100L << Math.min(failures, 5)));
    }

    /**
     * Accepts any certificate and remembers it: a firewall signs its own, and whether this is the
     * remembered one is asked of the pins right after. Nothing secret is sent before.
     */
    private static final class Seen extends X509ExtendedTrustManager {
        private byte @Nullable [] fingerprint;

        byte[] fingerprint() throws IOException {
            if (fingerprint == null) {
                throw new IOException("the target showed no certificate");
            }
            return fingerprint;
        }

        private void see(X509Certificate[] chain) {
            try {
                fingerprint = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
            } catch (NoSuchAlgorithmException | java.security.cert.CertificateEncodingException e) {
                throw new IllegalStateException(
                        "a certificate that was just parsed has a fingerprint", e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            see(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            see(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            see(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException("a probe is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException("a probe is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("a probe is no server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
