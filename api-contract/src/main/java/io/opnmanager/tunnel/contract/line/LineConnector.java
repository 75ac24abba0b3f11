package io.opnmanager.tunnel.contract.line;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.io.DefaultIoConnectFuture;
import org.apache.sshd.common.io.IoConnectFuture;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.core.CoreModuleProperties;
import org.jspecify.annotations.Nullable;

/** Dials lines, each in a virtual thread. */
final class LineConnector extends LineService implements IoConnector {

    LineConnector(LineTransport.Services services, IoHandler handler) {
        super(services, handler);
    }

    @Override
    public IoConnectFuture connect(
            SocketAddress address,
            @Nullable AttributeRepository context,
            @Nullable SocketAddress local) {
        IoConnectFuture future = new DefaultIoConnectFuture(address, null);
        try {
            SocketChannel socket = SocketChannel.open();
            // Closing it is what ends a dial that nobody waits for any more.
            future.addListener(done -> {
                if (done.isCanceled()) {
                    close(socket);
                }
            });
            var _ =
                    Thread.ofVirtual()
                            .name("ssh-dial")
                            .start(() -> dial(socket, address, context, local, future));
        } catch (IOException e) {
            future.setException(e);
        }
        return future;
    }

    private void dial(
            SocketChannel socket,
            SocketAddress address,
            @Nullable AttributeRepository context,
            @Nullable SocketAddress local,
            IoConnectFuture future) {
        try {
            if (local != null) {
                socket.bind(local);
            }
            int within =
                    (int)
                            CoreModuleProperties.IO_CONNECT_TIMEOUT
                                    .get(services.getFactoryManager())
                                    .orElse(Duration.ZERO)
                                    .toMillis();
            socket.socket().connect(address, within);
            LineSession line = create(socket, context);
            future.setSession(line);
            if (line.equals(future.getSession())) {
                line.begin();
            } else {
                line.close(true);
            }
        } catch (Exception e) {
            close(socket);
            future.setException(e);
        }
    }

    private void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("a dialled socket did not close", e);
        }
    }
}
