package io.opnmanager.tunnel.agent.poll;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * The local socket through which the quickconnect-agent says "check in now". It takes one word and
 * gives one word; nothing that comes in is ever carried out. One virtual thread accepts, one serves
 * each caller.
 */
public final class TriggerSocket implements AutoCloseable {
    private static final Logger log = Logger.getLogger(TriggerSocket.class);

    private static final String WORD = "checkin";
    private static final int LONGEST_LINE = 64;
    private static final int MOST_CALLERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration AFTER_FAILED_ACCEPT = Duration.ofMillis(200);

    private final Path path;
    private final ServerSocketChannel server;
    private final Runnable trigger;
    private final Semaphore callers = new Semaphore(MOST_CALLERS);
    private final Thread acceptor =
            Thread.ofVirtual().name("trigger-socket").unstarted(this::accept);

    private TriggerSocket(Path path, ServerSocketChannel server, Runnable trigger) {
        this.path = path;
        this.server = server;
        this.trigger = trigger;
    }

    /**
     * Binds the socket.
     *
     * @throws AlreadyRunning when a living process answers on it
     */
    public static TriggerSocket open(Path path, Runnable trigger) throws AlreadyRunning {
        if (answers(path)) {
            throw new AlreadyRunning("another process answers on " + path);
        }
        // Under another name until its permissions are right, then in one step over a stale one.
        Path next = path.resolveSibling(path.getFileName() + "~");
        try {
            Files.deleteIfExists(next);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(next), MOST_CALLERS);
                Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-rw----"));
                Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                server.close();
                throw e;
            }
            TriggerSocket socket = new TriggerSocket(path, server, trigger);
            socket.acceptor.start();
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException("socket cannot be opened: " + path, e);
        }
    }

    private static boolean answers(Path path) {
        if (!Files.exists(path)) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return probe.isConnected();
        } catch (IOException stale) {
            return false;
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel caller = server.accept();
                if (callers.tryAcquire()) {
                    Thread.ofVirtual().name("trigger-caller").start(() -> serve(caller));
                } else {
                    answer(caller, "error busy\n");
                    caller.close();
                }
            } catch (IOException e) {
                if (server.isOpen()) {
                    log.warnf("socket does not accept detail=%s", e.getMessage());
                    pause();
                }
            }
        }
    }

    private void serve(SocketChannel caller) {
        Thread watchdog =
                Thread.ofVirtual()
                        .name("trigger-watchdog")
                        .start(() -> closeAfter(caller, PATIENCE));
        try (caller) {
            String line = readLine(caller);
            if (WORD.equals(line)) {
                trigger.run();
                answer(caller, "ok\n");
            } else {
                answer(caller, "error wanted: checkin\n");
            }
        } catch (IOException e) {
            log.debugf("caller of the socket went away detail=%s", e.getMessage());
        } finally {
            watchdog.interrupt();
            callers.release();
        }
    }

    /** One line without its end; whatever is too long or never ended is not the word. */
    private static String readLine(SocketChannel caller) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(LONGEST_LINE);
        while (line.hasRemaining() && caller.read(line) >= 0) {
            for (int i = 0; i < line.position(); i++) {
                if (line.get(i) == '\n') {
                    return new String(line.array(), 0, i, StandardCharsets.US_ASCII).strip();
                }
            }
        }
        return "";
    }

    private static void answer(SocketChannel caller, String words) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            caller.write(bytes);
        }
    }

    private static void closeAfter(SocketChannel caller, Duration patience) {
        try {
            Thread.sleep(patience);
            answer(caller, "error too slow\n");
            caller.close();
        } catch (InterruptedException served) {
            // in time
        } catch (IOException e) {
            log.debugf("caller of the socket went away detail=%s", e.getMessage());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(AFTER_FAILED_ACCEPT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes and removes the socket. */
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            log.warnf("socket cannot be removed detail=%s", e.getMessage());
        }
    }
}
