package io.opnmanager.tunnel.contract.line;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoService;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.closeable.AbstractInnerCloseable;
import org.jspecify.annotations.Nullable;

/** The lines of a client or a server. It owns them. */
abstract class LineService extends AbstractInnerCloseable implements IoService {

    final LineTransport.Services services;
    private final IoHandler handler;
    private final Map<Long, IoSession> lines = new ConcurrentHashMap<>();

    LineService(LineTransport.Services services, IoHandler handler) {
        this.services = services;
        this.handler = handler;
    }

    /** A line over this socket, known to the library; it is not read yet. */
    LineSession create(SocketChannel socket, @Nullable AttributeRepository context)
            throws Exception {
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        LineSession line =
                new LineSession(
                        this, socket, services.next(), handler, services.getExecutorService());
        if (context != null) {
            line.setAttribute(AttributeRepository.class, context);
        }
        handler.sessionCreated(line);
        lines.put(line.getId(), line);
        if (isClosing() || line.isOver()) {
            line.close(true);
            gone(line);
            throw new IOException("the line was closed while it was made");
        }
        return line;
    }

    void gone(LineSession line) {
        lines.remove(line.getId());
    }

    @Override
    public Map<Long, IoSession> getManagedSessions() {
        return Map.copyOf(lines);
    }

    @Override
    protected Closeable getInnerCloseable() {
        return builder().parallel(toString(), lines.values()).build();
    }

    @Override
    public @Nullable IoServiceEventListener getIoServiceEventListener() {
        return null;
    }

    /** Only none: nothing here tells of lines but their handler. */
    @Override
    public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
        if (listener != null) {
            throw new UnsupportedOperationException("nobody is told of lines but their handler");
        }
    }
}
