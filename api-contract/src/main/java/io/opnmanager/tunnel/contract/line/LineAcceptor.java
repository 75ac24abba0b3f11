package io.opnmanager.tunnel.contract.line;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoHandler;
import org.jspecify.annotations.Nullable;

/** Takes lines in, one after the other, in a virtual thread for each address. */
final class LineAcceptor extends LineService implements IoAcceptor {

    /** Waiting connections; the kernel's own limit may be lower. */
    private static final int BACKLOG = 1_024;

    /** After a failure, such as no descriptor left. */
    private static final long PAUSE_MILLIS = 100;

    /** The port is free only when nobody waits in {@code accept} any more. */
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(1);

    private record Listener(ServerSocketChannel channel, Thread thread) {}

    private final Map<SocketAddress, Listener> listeners = new ConcurrentHashMap<>();

    LineAcceptor(LineTransport.Services services, IoHandler handler) {
        super(services, handler);
    }

    @Override
    public void bind(Collection<? extends SocketAddress> addresses) throws IOException {
        for (SocketAddress address : addresses) {
            bind(address);
        }
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        Thread thread = Thread.ofVirtual().name("ssh-accept").unstarted(() -> accept(listener));
        listeners.put(listener.getLocalAddress(), new Listener(listener, thread));
        thread.start();
    }

    private void accept(ServerSocketChannel listener) {
        while (listener.isOpen()) {
            @Nullable SocketChannel socket = null;
            try {
                socket = listener.accept();
                create(socket, null).begin();
            } catch (Exception e) {
                refused(socket, e);
            }
        }
    }

    private void refused(@Nullable SocketChannel socket, Exception why) {
        log.debug("a connection was not taken", why);
        try {
            if (socket != null) {
                socket.close();
            } else {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException e) {
            log.debug("a refused connection did not close", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void unbind(Collection<? extends SocketAddress> addresses) {
        addresses.forEach(this::unbind);
    }

    @Override
    public void unbind(SocketAddress address) {
        Listener listener = listeners.remove(address);
        if (listener == null) {
            return;
        }
        try {
            listener.channel.close();
            var _ = listener.thread.join(ENDS_WITHIN);
        } catch (IOException e) {
            log.warn("a listener did not close: address={}", address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void unbind() {
        unbind(List.copyOf(listeners.keySet()));
    }

    @Override
    public Set<SocketAddress> getBoundAddresses() {
        return Set.copyOf(listeners.keySet());
    }

    @Override
    protected void preClose() {
        unbind();
        super.preClose();
    }
}
