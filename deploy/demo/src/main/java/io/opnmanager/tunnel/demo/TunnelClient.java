package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Opens the firewall's page through a tunnel's port and accepts exactly one certificate, whoever
 * signed it and whatever its name.
 */
public final class TunnelClient implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client;
    private final URI page;

    /**
     * @param tunnelPort the request's port on 127.0.0.1
     * @param fingerprint SHA-256 of the only certificate that is accepted
     */
    public TunnelClient(int tunnelPort, String fingerprint) {
        this.page = URI.create("https://127.0.0.1:" + tunnelPort);
        this.client =
                HttpClient.newBuilder()
                        .sslContext(accepting(fingerprint))
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(LIMIT)
                        .build();
    }

    /** A context that accepts this certificate and no other. */
    static SSLContext accepting(String fingerprint) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new OneCertificate(fingerprint)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS context could be made", e);
        }
    }

    /** The text at a path of the page. */
    public HttpResponse<String> read(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(page.resolve(path)).timeout(LIMIT).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** What the page's echo makes of a body. */
    public byte[] echo(byte[] body) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(page.resolve("/echo"))
                                .timeout(LIMIT)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    /** Follows an event stream of the page; closing the lines ends it. */
    CompletableFuture<HttpResponse<Void>> follow(String path, EventLines<?> lines) {
        return client.sendAsync(
                HttpRequest.newBuilder(page.resolve(path)).timeout(LIMIT).build(),
                HttpResponse.BodyHandlers.fromLineSubscriber(lines));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /** Pinned by fingerprint; extended, so that the JDK adds no check of names to it. */
    private static final class OneCertificate extends X509ExtendedTrustManager {
        private final String fingerprint;

        OneCertificate(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            String found = Identity.fingerprint(chain[0]);
            if (!found.equals(fingerprint)) {
                throw new CertificateException(
                        "wanted the certificate " + fingerprint + ", found " + found);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
