package io.opnmanager.tunnel.tunnelctl.remote;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;

/**
 * A connection through the gateway.
 *
 * @param tcp what TLS runs on: closing TLS waits for a write that is under way, closing this does
 *     not
 * @param tls what is written and read
 */
public record GatewayLine(Socket tcp, SSLSocket tls) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        tcp.close();
    }
}
