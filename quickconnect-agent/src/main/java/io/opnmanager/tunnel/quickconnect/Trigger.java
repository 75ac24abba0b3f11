package io.opnmanager.tunnel.quickconnect;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Says "check in" to the agent beside us.
 *
 * @param socket the agent's unix socket
 */
record Trigger(Path socket) {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int LONGEST_ANSWER = 128;

    /**
     * Triggers, within 3 s.
     *
     * @throws IOException when the agent did not say ok
     */
    void pull() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Thread watchdog =
                    Thread.ofVirtual().name("trigger-watchdog").start(() -> closeLater(channel));
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                ByteBuffer word = ByteBuffer.wrap("checkin\n".getBytes(StandardCharsets.US_ASCII));
                while (word.hasRemaining()) {
                    channel.write(word);
                }
                String answer = read(channel);
                if (!answer.equals("ok")) {
                    throw new IOException("wanted ok, found '" + answer + "'");
                }
            } finally {
                watchdog.interrupt();
            }
        } catch (IOException e) {
            throw new IOException(
                    "agent does not answer on "
                            + socket
                            + ": "
                            + (e.getMessage() == null
                                    ? e.getClass().getSimpleName()
                                    : e.getMessage()),
                    e);
        }
    }

    private static String read(SocketChannel channel) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
        while (answer.hasRemaining() && channel.read(answer) >= 0) {
            for (int i = 0; i < answer.position(); i++) {
                if (answer.get(i) == '\n') {
                    return new String(answer.array(), 0, i, StandardCharsets.US_ASCII);
                }
            }
        }
        return "";
    }

    private static void closeLater(SocketChannel channel) {
        try {
            Thread.sleep(PATIENCE);
            channel.close();
        } catch (InterruptedException | IOException answered) {
            // in time, or gone already
        }
    }
}
