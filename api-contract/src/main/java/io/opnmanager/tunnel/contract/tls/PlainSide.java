package io.opnmanager.tunnel.contract.tls;

import java.io.IOException;
import java.net.Socket;

/** The side without TLS. */
public final class PlainSide implements Side {

    private final Socket socket;

    /** Owns the socket from now on, which may be closed already. */
    public PlainSide(Socket socket) {
        this.socket = socket;
    }

    @Override
    public int read(byte[] into) throws IOException {
        return socket.getInputStream().read(into, 0, into.length - Chunk.SLACK);
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
        socket.getOutputStream().write(bytes, 0, length);
    }

    @Override
    public void end() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
