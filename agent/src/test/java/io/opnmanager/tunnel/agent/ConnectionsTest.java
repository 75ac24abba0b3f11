package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes through one line, with OpenSSH's server at its far end. */
@QuarkusTest
class ConnectionsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** The library's own key. */
    private static final String REKEY = "org.apache.sshd.config.rekey-bytes-limit";

    @TempDir Path folder;

    private int open(World world) throws Exception {
        int port = world.ask(7);
        world.trigger();
        await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
        return port;
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** End of the stream or a reset. */
    private static boolean ends(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void theEndOfOneDirectionLeavesTheOtherOpenAndThenTheConnectionEnds() throws Exception {
        try (World world = new World(folder).startAgent()) {
            byte[] sent = new byte[5_000_000];
            new Random(7).nextBytes(sent);
            try (Socket socket = connect(open(world))) {
                var _ =
                        Thread.startVirtualThread(() -> {
                            try {
                                socket.getOutputStream().write(sent);
                                socket.shutdownOutput();
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
                assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
            }
        }
    }

    @Test
    void aTargetThatRefusesEndsTheConnectionAndNotTheLine() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = open(world);
            world.target.close();
            try (Socket socket = connect(port)) {
                assertThat(ends(socket)).isTrue();
            }
            assertThat(World.listens(port)).isTrue();
            assertThat(world.broker.reports(7, "disconnected")).isEmpty();
        }
    }

    @Test
    void aReaderThatIsSlowHoldsUpNeitherTheLineNorLosesAByte() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = open(world);
            byte[] sent = new byte[100_000_000];
            new Random(8).nextBytes(sent);
            try (Socket slow = connect(port)) {
                Thread sending =
                        Thread.startVirtualThread(() -> {
                            try {
                                slow.getOutputStream().write(sent);
                                slow.shutdownOutput();
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
                for (int i = 0; i < 20; i++) {
                    assertThat(World.echo(port, new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
                }
                assertThat(sending.isAlive()).as("it is still sending").isTrue();
                assertThat(slow.getInputStream().readAllBytes()).isEqualTo(sent);
            }
        }
    }

    /**
     * The server asks after some six MiB, we after four: at times both at once (RFC 4253 §9). It
     * counts the bytes of the packet that it is about to send as blocks of 16: with a limit of a
     * MiB, each packet of 64 KiB would want new keys.
     */
    @Test
    void keysAreExchangedAnewUnderLoadAndNoByteIsLost() throws Exception {
        System.setProperty(REKEY, Long.toString(4L << 20));
        try (World world = new World(folder, null, "RekeyLimit 8M\nLogLevel DEBUG1").startAgent()) {
            int port = open(world);
            List<CompletableFuture<Boolean>> streams = new ArrayList<>();
            for (int seed = 0; seed < 4; seed++) {
                byte[] sent = new byte[30_000_000];
                new Random(seed).nextBytes(sent);
                streams.add(
                        CompletableFuture.supplyAsync(
                                () -> comesBack(port, sent), Thread::startVirtualThread));
            }
            for (CompletableFuture<Boolean> stream : streams) {
                assertThat(stream.get(120, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(world.ssh.output().lines().filter(line -> line.contains("NEWKEYS received")))
                    .hasSizeGreaterThan(10);
            assertThat(world.broker.reports(7, "disconnected")).isEmpty();
        } finally {
            System.clearProperty(REKEY);
        }
    }

    private static boolean comesBack(int port, byte[] sent) {
        try (Socket socket = connect(port)) {
            Thread sending =
                    Thread.startVirtualThread(() -> {
                        try {
                            socket.getOutputStream().write(sent);
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            byte[] back = socket.getInputStream().readAllBytes();
            sending.join();
            return Arrays.equals(sent, back);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void endingTheRequestEndsEveryConnectionOfIt() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = open(world);
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Socket socket = connect(port);
                sockets.add(socket);
                socket.getOutputStream().write(42);
                assertThat(socket.getInputStream().read()).isEqualTo(42);
            }
            assertThat(world.target.connections).hasValue(20);
            world.broker.kill(7);
            world.trigger();
            for (Socket socket : sockets) {
                assertThat(ends(socket)).isTrue();
                socket.close();
            }
            await().atMost(Duration.ofSeconds(5)).until(() -> world.target.open.get() == 0);
        }
    }

    @Test
    void ofOneLineFiveHundredAndTwelveConnectionsAreTaken() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = open(world);
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < 512; i++) {
                    Socket socket = connect(port);
                    sockets.add(socket);
                    socket.getOutputStream().write(42);
                    assertThat(socket.getInputStream().read()).isEqualTo(42);
                }
                try (Socket oneMore = connect(port)) {
                    assertThat(ends(oneMore)).isTrue();
                }
                Socket first = sockets.getFirst();
                first.getOutputStream().write(43);
                assertThat(first.getInputStream().read()).isEqualTo(43);
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }
}
