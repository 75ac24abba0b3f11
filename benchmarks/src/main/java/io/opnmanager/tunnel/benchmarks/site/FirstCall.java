package io.opnmanager.tunnel.benchmarks.site;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opnmanager.tunnel.demo.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A broker's address that notes when it is asked something over TLS, to the nanosecond and without
 * looking again and again, and says that there is nothing to do.
 */
public final class FirstCall implements AutoCloseable {

    private static final byte[] NOTHING =
            """
            {"firewall_id":1,"has_requests":false,"pending_requests":[],"kill":[],"checkin_interval":60}\
            """
                    .getBytes(StandardCharsets.UTF_8);

    private final HttpsServer server;
    private final LinkedBlockingQueue<Long> calls = new LinkedBlockingQueue<>();

    private FirstCall(HttpsServer server) {
        this.server = server;
    }

    /** Listens with the broker's own certificate. */
    public static FirstCall listen(Certificates certificates) throws IOException {
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(context(certificates)));
        FirstCall listener = new FirstCall(server);
        server.createContext("/", listener::answer);
        server.start();
        return listener;
    }

    private void answer(HttpExchange call) throws IOException {
        try (call) {
            calls.add(System.nanoTime());
            try (InputStream body = call.getRequestBody()) {
                body.readAllBytes();
            }
            call.getResponseHeaders().add("Content-Type", "application/json");
            call.sendResponseHeaders(200, NOTHING.length);
            call.getResponseBody().write(NOTHING);
        }
    }

    /** Its address. */
    public URI uri() {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Forgets what was asked before. */
    public void forget() {
        calls.clear();
    }

    /**
     * When it was first asked since then, by {@link System#nanoTime}.
     *
     * @throws IOException when nobody asks in time
     */
    public long await(Duration patience) throws IOException, InterruptedException {
        @Nullable Long at = calls.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (at == null) {
            throw new IOException("wanted a first call within %s, found none".formatted(patience));
        }
        return at;
    }

    private static SSLContext context(Certificates certificates) throws IOException {
        try (InputStream pem = Files.newInputStream(certificates.certificateFile())) {
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(pem);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry(
                    "server",
                    key(
                            certificates.keyFile(),
                            KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())),
                    new char[0],
                    new Certificate[] {certificate});
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the broker's own certificate cannot be used", e);
        }
    }

    private static PrivateKey key(Path file, KeyFactory factory)
            throws IOException, GeneralSecurityException {
        String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
