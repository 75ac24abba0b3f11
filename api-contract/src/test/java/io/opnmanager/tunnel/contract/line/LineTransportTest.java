package io.opnmanager.tunnel.contract.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.contract.splice.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.common.io.DefaultIoConnectFuture;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets and a handler without SSH; with SSH the programs' own tests do. */
class LineTransportTest {

    private static final int SECONDS = 20;

    private final Loop loop = new Loop("test-loop");
    private final SshClient manager = SshClient.setUpDefaultClient();
    private final Recorder handler = new Recorder();
    private IoServiceFactory services;
    private IoAcceptor acceptor;

    /** Answers what it gets, in upper case; "wait" waits. */
    private static final class Recorder implements IoHandler {
        private final BlockingQueue<IoSession> created = new LinkedBlockingQueue<>();
        private final BlockingQueue<IoSession> closed = new LinkedBlockingQueue<>();
        private final CountDownLatch goOn = new CountDownLatch(1);
        private volatile Consumer<IoSession> greeting = _ -> {};

        @Override
        public void sessionCreated(IoSession line) {
            greeting.accept(line);
            created.add(line);
        }

        @Override
        public void sessionClosed(IoSession line) {
            closed.add(line);
        }

        @Override
        public void exceptionCaught(IoSession line, Throwable why) {}

        @Override
        public void messageReceived(IoSession line, Readable message) throws Exception {
            byte[] bytes = new byte[message.available()];
            message.getRawBytes(bytes, 0, bytes.length);
            String words = new String(bytes, StandardCharsets.US_ASCII);
            if (words.equals("wait")) {
                var _ = goOn.await(SECONDS, TimeUnit.SECONDS);
            }
            var _ =
                    line.writeBuffer(
                            new ByteArrayBuffer(
                                    words.toUpperCase(Locale.ROOT)
                                            .getBytes(StandardCharsets.US_ASCII)));
        }
    }

    @BeforeEach
    void listen() throws IOException {
        services =
                new LineTransport(List.of(loop), () -> ThreadUtils.newFixedThreadPool("patient", 2))
                        .create(manager);
        acceptor = services.createAcceptor(handler);
        acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        handler.goOn.countDown();
        acceptor.close(true).await(SECONDS, TimeUnit.SECONDS);
        services.close(true).await(SECONDS, TimeUnit.SECONDS);
        manager.close();
        loop.close();
    }

    private Socket dialled() throws IOException {
        InetSocketAddress at = (InetSocketAddress) acceptor.getBoundAddresses().iterator().next();
        Socket socket = new Socket(at.getAddress(), at.getPort());
        socket.setSoTimeout(SECONDS * 1_000);
        return socket;
    }

    private IoSession taken() throws InterruptedException {
        return there(handler.created.poll(SECONDS, TimeUnit.SECONDS));
    }

    private static IoSession there(@Nullable IoSession line) {
        return Objects.requireNonNull(line, "nothing came in time");
    }

    private static String answer(Socket to, String words) throws IOException {
        to.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
        return new String(
                to.getInputStream().readNBytes(words.length()), StandardCharsets.US_ASCII);
    }

    @Test
    void a_handler_that_waits_holds_up_its_own_line_only() throws Exception {
        try (Socket waits = dialled();
                Socket other = dialled()) {
            waits.getOutputStream().write("wait".getBytes(StandardCharsets.US_ASCII));

            assertThat(answer(other, "one")).isEqualTo("ONE");
            assertThat(answer(other, "two")).isEqualTo("TWO");
            handler.goOn.countDown();
            assertThat(waits.getInputStream().readNBytes(4))
                    .isEqualTo("WAIT".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void a_peer_that_does_not_read_holds_up_nobody_and_its_packets_end_with_it() throws Exception {
        try (Socket deaf = dialled();
                Socket other = dialled()) {
            IoSession line = taken();
            List<IoWriteFuture> writes = new ArrayList<>();
            for (int packet = 0; packet < 512; packet++) {
                writes.add(line.writeBuffer(new ByteArrayBuffer(new byte[128 * 1024])));
            }
            assertThat(writes.getLast().isDone()).isFalse();
            assertThat(answer(other, "still here")).isEqualTo("STILL HERE");

            reset(deaf);
            assertThat(there(handler.closed.poll(SECONDS, TimeUnit.SECONDS))).isEqualTo(line);
            assertThat(writes).allMatch(IoWriteFuture::isDone);
            assertThat(writes.getLast().getException()).isInstanceOf(IOException.class);
            assertThat(line.writeBuffer(new ByteArrayBuffer(new byte[1])).getException())
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Test
    void what_was_written_is_sent_before_a_graceful_end() throws Exception {
        byte[] sent = random();
        try (Socket slow = dialled()) {
            writeAndEnd(taken(), sent);

            assertThat(slow.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void what_was_written_is_sent_even_if_the_end_comes_before_the_loop_knows_the_line()
            throws Exception {
        byte[] sent = random();
        handler.greeting = line -> writeAndEnd(line, sent);
        try (Socket slow = dialled()) {
            assertThat(slow.getInputStream().readAllBytes()).isEqualTo(sent);
            assertThat(there(handler.closed.poll(SECONDS, TimeUnit.SECONDS))).isEqualTo(taken());
            assertThat(acceptor.getManagedSessions()).isEmpty();
        }
    }

    /** More than the sockets hold. */
    private static byte[] random() {
        byte[] bytes = new byte[24 * 1024 * 1024];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static void writeAndEnd(IoSession line, byte[] bytes) {
        int packet = 64 * 1024;
        try {
            for (int from = 0; from < bytes.length; from += packet) {
                var _ = line.writeBuffer(new ByteArrayBuffer(bytes, from, packet));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var _ = line.close(false);
    }

    @Test
    void the_end_of_the_output_comes_after_the_packets() throws Exception {
        try (Socket reader = dialled()) {
            IoSession line = taken();
            for (int packet = 0; packet < 100; packet++) {
                var _ = line.writeBuffer(new ByteArrayBuffer(new byte[128 * 1024]));
            }
            line.shutdownOutputStream();

            assertThat(reader.getInputStream().readAllBytes()).hasSize(100 * 128 * 1024);
            assertThat(line.isClosed()).isFalse();
        }
    }

    @Test
    void a_line_whose_reading_is_suspended_gets_nothing_until_it_resumes() throws Exception {
        try (Socket socket = dialled()) {
            IoSession line = taken();
            assertThat(answer(socket, "before")).isEqualTo("BEFORE");
            line.suspendRead();
            loopTurns();
            socket.getOutputStream().write("after".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(300);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);

            socket.setSoTimeout(SECONDS * 1_000);
            line.resumeRead();
            assertThat(socket.getInputStream().readNBytes(5))
                    .isEqualTo("AFTER".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** What was given to the loop before is done. */
    private void loopTurns() throws InterruptedException {
        CountDownLatch turned = new CountDownLatch(1);
        loop.execute(turned::countDown);
        assertThat(turned.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void small_packets_of_any_thread_go_together_when_the_loop_has_turned() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Socket socket = dialled()) {
            LineSession line = (LineSession) taken();
            line.carry();
            loop.execute(() -> {
                try {
                    var _ = goOn.await(SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(line.writeBuffer(packet("one ")).isWritten()).isTrue();
            assertThat(line.writeBuffer(packet("two")).isWritten()).isTrue();
            socket.setSoTimeout(300);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);

            goOn.countDown();
            byte[] read = new byte[100];
            socket.setSoTimeout(SECONDS * 1_000);
            int length = socket.getInputStream().read(read);
            assertThat(new String(read, 0, length, StandardCharsets.US_ASCII)).isEqualTo("one two");
        }
    }

    private static ByteArrayBuffer packet(String words) {
        return new ByteArrayBuffer(words.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void an_acceptor_that_closes_ends_its_lines_and_frees_its_port() throws Exception {
        InetSocketAddress at = (InetSocketAddress) acceptor.getBoundAddresses().iterator().next();
        try (Socket socket = dialled()) {
            IoSession line = taken();
            assertThat(answer(socket, "x")).isEqualTo("X");
            assertThat(acceptor.getManagedSessions()).containsOnlyKeys(line.getId());

            acceptor.close(true).await(SECONDS, TimeUnit.SECONDS);
            assertThat(ended(socket)).isTrue();
            assertThat(acceptor.getManagedSessions()).isEmpty();
            try (ServerSocket again = new ServerSocket()) {
                again.bind(at);
                assertThat(again.isBound()).isTrue();
            }
        }
    }

    private static boolean ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private static IoSession dialled(IoConnector connector, InetSocketAddress to)
            throws IOException {
        return ((DefaultIoConnectFuture) connector.connect(to, null, null))
                .verify(SECONDS * 1_000L)
                .getSession();
    }

    @Test
    void a_dialled_line_speaks_and_a_refused_one_says_why() throws Exception {
        InetSocketAddress at = (InetSocketAddress) acceptor.getBoundAddresses().iterator().next();
        Recorder dialler = new Recorder();
        var connector = services.createConnector(dialler);
        IoSession line = dialled(connector, at);
        assertThat(there(dialler.created.poll(SECONDS, TimeUnit.SECONDS))).isEqualTo(line);
        assertThat(line.getRemoteAddress()).isEqualTo(at);
        assertThat(taken().getRemoteAddress()).isEqualTo(line.getLocalAddress());

        acceptor.close(true).await(SECONDS, TimeUnit.SECONDS);
        assertThat(there(dialler.closed.poll(SECONDS, TimeUnit.SECONDS))).isEqualTo(line);
        assertThatThrownBy(() -> dialled(connector, at))
                .hasRootCauseInstanceOf(ConnectException.class);
        connector.close(true).await(SECONDS, TimeUnit.SECONDS);
    }
}
