package io.opnmanager.tunnel.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A target that does something else to every connection. */
final class Impostor implements AutoCloseable {

    private final ServerSocketChannel listener;

    interface Deed {
        void to(SocketChannel connection) throws IOException, InterruptedException;
    }

    Impostor(Deed deed) throws IOException {
        listener =
                ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var _ = Thread.ofVirtual().start(() -> accept(deed));
    }

    private void accept(Deed deed) {
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                var _ =
                        Thread.ofVirtual()
                                .start(() -> {
                                    try (connection) {
                                        deed.to(connection);
                                    } catch (IOException e) {
                                        throw new UncheckedIOException(e);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
