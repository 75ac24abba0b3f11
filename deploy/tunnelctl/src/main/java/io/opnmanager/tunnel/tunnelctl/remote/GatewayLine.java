package io.opnmanager.tunnel.tunnelctl.remote;

import io.opnmanager.tunnel.contract.tls.TlsSide;
import java.io.IOException;

/**
 * A connection through the gateway. Closing it waits for nothing.
 *
 * @param tls what is written and read
 */
public record GatewayLine(TlsSide tls) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        tls.close();
    }
}
