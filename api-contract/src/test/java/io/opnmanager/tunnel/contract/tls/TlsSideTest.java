package io.opnmanager.tunnel.contract.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client and a server in one process, each with the certificate that the other wants. */
class TlsSideTest {

    private static final char[] PASSWORD = "not a secret".toCharArray();
    private static final Executor THREADS = work -> Thread.ofVirtual().start(work);

    /** The most that is moved at once: four records. */
    private static final int CHUNK = Chunk.RECORDS * Chunk.RECORD;

    private static SSLContext tls;

    private Counted clientLine;
    private Counted serverLine;
    private TlsSide client;
    private TlsSide server;

    @BeforeAll
    static void makeCertificate(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "own",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=localhost",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        store.setCertificateEntry("other", store.getCertificate("own"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    /** Counts the calls that became calls of the system. */
    private static final class Counted extends Socket {
        private final Socket socket;
        private final AtomicInteger reads = new AtomicInteger();
        private final AtomicInteger writes = new AtomicInteger();

        Counted(Socket socket) {
            this.socket = socket;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(socket.getInputStream()) {
                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    reads.incrementAndGet();
                    return super.read(into, from, length);
                }
            };
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(socket.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    writes.incrementAndGet();
                    out.write(bytes, from, length);
                }
            };
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void connect() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Socket dialled = new Socket(listener.getInetAddress(), listener.getLocalPort());
            dialled.setSoTimeout(10_000);
            Socket accepted = listener.accept();
            accepted.setSoTimeout(10_000);
            clientLine = new Counted(dialled);
            serverLine = new Counted(accepted);
            client = new TlsSide(clientLine, engine(true));
            server = new TlsSide(serverLine, engine(false));
        }
    }

    private static SSLEngine engine(boolean client) {
        SSLEngine engine = tls.createSSLEngine("localhost", 443);
        engine.setUseClientMode(client);
        if (!client) {
            engine.setNeedClientAuth(true);
        }
        return engine;
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    private static CompletableFuture<Void> started(Work work) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                THREADS);
    }

    /** What may fail. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void shakeHands() throws Exception {
        CompletableFuture<Void> serving = started(server::shakeHands);
        client.shakeHands();
        serving.get(10, TimeUnit.SECONDS);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] all(Side from, int wanted) throws IOException {
        byte[] all = new byte[wanted];
        byte[] chunk = new byte[CHUNK + Chunk.SLACK];
        int length = 0;
        while (length < wanted) {
            int read = from.read(chunk);
            assertThat(read).isPositive();
            System.arraycopy(chunk, 0, all, length, read);
            length += read;
        }
        return all;
    }

    @Test
    void bytes_arrive_as_they_were_written_both_ways_at_once() throws Exception {
        shakeHands();
        byte[] bytes = random(3_000_000);
        CompletableFuture<Void> up = started(() -> writeAll(client, bytes));
        CompletableFuture<Void> down = started(() -> writeAll(server, bytes));
        CompletableFuture<Void> above =
                started(() -> assertThat(all(server, bytes.length)).isEqualTo(bytes));

        assertThat(all(client, bytes.length)).isEqualTo(bytes);

        CompletableFuture.allOf(up, down, above).get(10, TimeUnit.SECONDS);
    }

    private static void writeAll(Side to, byte[] bytes) throws IOException {
        for (int from = 0; from < bytes.length; from += CHUNK) {
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(from + CHUNK, bytes.length));
            to.write(part, part.length);
        }
    }

    @Test
    void four_records_are_one_write() throws Exception {
        shakeHands();
        int before = clientLine.writes.get();

        client.write(random(CHUNK), CHUNK);

        assertThat(clientLine.writes.get() - before).isEqualTo(1);
        assertThat(all(server, CHUNK)).isEqualTo(random(CHUNK));
    }

    @Test
    void what_has_come_is_read_and_opened_at_once() throws Exception {
        shakeHands();
        byte[] chunk = new byte[CHUNK + Chunk.SLACK];
        // The first one shows that there is more than a record to say.
        client.write(random(CHUNK), CHUNK);
        var _ = all(server, CHUNK);
        client.write(random(CHUNK), CHUNK);
        Thread.sleep(200);
        int before = serverLine.reads.get();

        int read = server.read(chunk);

        assertThat(read).isEqualTo(CHUNK);
        assertThat(serverLine.reads.get() - before).isEqualTo(1);
    }

    @Test
    void one_side_goes_on_when_the_other_has_said_all() throws Exception {
        shakeHands();
        byte[] chunk = new byte[CHUNK + Chunk.SLACK];
        server.write("bye".getBytes(US_ASCII), 3);
        server.end();
        assertThat(client.read(chunk)).isEqualTo(3);
        assertThat(client.read(chunk)).isEqualTo(-1);

        client.write(random(CHUNK), CHUNK);
        client.end();

        assertThat(all(server, CHUNK)).isEqualTo(random(CHUNK));
        assertThat(server.read(chunk)).isEqualTo(-1);
    }

    @Test
    void a_connection_that_is_cut_is_no_end() throws Exception {
        shakeHands();
        byte[] chunk = new byte[CHUNK + Chunk.SLACK];
        client.write("half of i".getBytes(US_ASCII), 9);
        client.close();

        assertThat(server.read(chunk)).isEqualTo(9);

        assertThatThrownBy(() -> server.read(chunk))
                .isInstanceOf(SSLException.class)
                .hasMessage("the connection ended before the other side said so");
    }

    @Test
    void a_record_that_somebody_changed_ends_it() throws Exception {
        shakeHands();
        // RFC 8446 §5.2: application data of 17 bytes, which are not what the key makes of any.
        byte[] forged = new byte[22];
        System.arraycopy(new byte[] {23, 3, 3, 0, 17}, 0, forged, 0, 5);
        clientLine.getOutputStream().write(forged, 0, forged.length);

        assertThatThrownBy(() -> server.read(new byte[CHUNK + Chunk.SLACK]))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("Tag mismatch");
    }

    @Test
    void who_talks_something_else_is_told_so() throws Exception {
        clientLine.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII), 0, 18);

        assertThatThrownBy(() -> server.shakeHands())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("plaintext connection");
        server.close();

        // RFC 8446 §6: an alert.
        assertThat(clientLine.getInputStream().read()).isEqualTo(21);
    }

    @Test
    void the_next_connection_resumes_what_the_first_began() throws Exception {
        shakeHands();
        server.write("x".getBytes(US_ASCII), 1);
        // What the server leaves for the next one comes before its first byte.
        assertThat(client.read(new byte[CHUNK + Chunk.SLACK])).isEqualTo(1);
        long begun = client.session().getCreationTime();
        close();
        Thread.sleep(20);
        connect();

        shakeHands();

        assertThat(client.session().getCreationTime()).isEqualTo(begun);
    }
}
