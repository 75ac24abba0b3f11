package io.opnmanager.tunnel.contract.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * The side with TLS. Unlike the JDK's own socket it moves several records with one call of the
 * system, and takes the end of the TCP connection for the end of the bytes only after the other
 * side has said so (RFC 8446 §6.1).
 */
public final class TlsSide implements Side {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Socket line;
    private final InputStream in;
    private final OutputStream out;
    private final SSLEngine engine;

    /** The most that a record takes on the network. */
    private final int packet;

    /** Of whoever reads: what has come, from {@link #opened} to {@link #received}. */
    private byte[] sealed;

    private int opened;
    private int received;

    /** Whether the last read may have left something. */
    private boolean more;

    private final ReentrantLock writing = new ReentrantLock();

    /** What goes to the network next; guarded by the lock. */
    private ByteBuffer leaving;

    /**
     * Owns the connection from now on. The handshake is still to come.
     *
     * @param engine that knows whether it is the client's or the server's
     */
    public TlsSide(Socket line, SSLEngine engine) throws IOException {
        this.line = line;
        this.in = line.getInputStream();
        this.out = line.getOutputStream();
        this.engine = engine;
        this.packet = engine.getSession().getPacketBufferSize();
        this.sealed = new byte[packet];
        this.leaving = ByteBuffer.allocate(packet);
    }

    /**
     * Shakes hands, in the calling thread.
     *
     * @throws IOException when it failed; the other side has been told why, if it listens
     */
    public void shakeHands() throws IOException {
        try {
            engine.beginHandshake();
            HandshakeStatus next = engine.getHandshakeStatus();
            while (!isDone(next)) {
                next = step(next);
            }
            writing.lock();
            try {
                flush();
            } finally {
                writing.unlock();
            }
        } catch (IOException | RuntimeException e) {
            tellWhy();
            throw e;
        }
    }

    private static boolean isDone(HandshakeStatus status) {
        return status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED;
    }

    private HandshakeStatus step(HandshakeStatus next) throws IOException {
        switch (next) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> answer();
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> listen();
            case NOT_HANDSHAKING, FINISHED -> {}
        }
        return engine.getHandshakeStatus();
    }

    private void answer() throws IOException {
        writing.lock();
        try {
            seal(NOTHING);
        } finally {
            writing.unlock();
        }
    }

    /** What was prepared is sent before the other side is waited for. */
    private void listen() throws IOException {
        writing.lock();
        try {
            flush();
        } finally {
            writing.unlock();
        }
        // The other side's first bytes for us may be in the same read, but not in the same record.
        SSLEngineResult result = open(ByteBuffer.allocate(0));
        switch (result.getStatus()) {
            case OK -> {}
            case BUFFER_UNDERFLOW -> receive();
            case CLOSED -> throw new SSLException("the other side ended the handshake");
            case BUFFER_OVERFLOW -> throw new SSLException("bytes before the end of the handshake");
        }
    }

    /** The reason for a failure is in the engine, as an alert that nobody has sent yet. */
    private void tellWhy() {
        writing.lock();
        try {
            engine.closeOutbound();
            int before = -1;
            while (!engine.isOutboundDone() && leaving.position() > before) {
                before = leaving.position();
                sealQuietly();
            }
            flush();
        } catch (IOException e) {
            // Whoever does not listen is not told.
        } finally {
            writing.unlock();
        }
    }

    private void sealQuietly() {
        try {
            seal(NOTHING);
        } catch (IOException e) {
            // The failure once more, before its alert.
        }
    }

    /** What both sides have agreed on, and who the other one is. */
    public SSLSession session() {
        return engine.getSession();
    }

    @Override
    public int read(byte[] into) throws IOException {
        ByteBuffer plain = ByteBuffer.wrap(into);
        while (true) {
            if (openAll(plain)) {
                return plain.position() > 0 ? plain.position() : -1;
            }
            if (plain.position() > 0) {
                return plain.position();
            }
            receive();
        }
    }

    /**
     * Opens the records that have come, as many as there is room for.
     *
     * @return whether there will be no more
     */
    private boolean openAll(ByteBuffer plain) throws IOException {
        while (!engine.isInboundDone()) {
            if (opened == received) {
                return false;
            }
            SSLEngineResult result = open(plain);
            switch (result.getHandshakeStatus()) {
                // An answer to a change of keys, or with TLS 1.2 to the end.
                case NEED_WRAP -> answerIfNobodyWrites();
                case NEED_TASK -> throw new SSLException("a second handshake was asked for");
                case NOT_HANDSHAKING, FINISHED, NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {}
            }
            switch (result.getStatus()) {
                case OK -> {}
                case BUFFER_UNDERFLOW, BUFFER_OVERFLOW -> {
                    return false;
                }
                case CLOSED -> {
                    return true;
                }
            }
        }
        return true;
    }

    private SSLEngineResult open(ByteBuffer plain) throws SSLException {
        SSLEngineResult result =
                engine.unwrap(ByteBuffer.wrap(sealed, opened, received - opened), plain);
        opened += result.bytesConsumed();
        return result;
    }

    /** Whoever writes sends it first: it is the engine's next record. */
    private void answerIfNobodyWrites() throws IOException {
        if (writing.tryLock()) {
            try {
                seal(NOTHING);
                flush();
            } finally {
                writing.unlock();
            }
        }
    }

    /** Waits for more from the network. */
    private void receive() throws IOException {
        int rest = received - opened;
        if (rest >= packet) {
            throw new SSLException("wanted a record of at most " + packet + " bytes, found more");
        }
        int size = more ? Chunk.RECORDS * packet : packet;
        if (sealed.length == size) {
            System.arraycopy(sealed, opened, sealed, 0, rest);
        } else {
            sealed = Arrays.copyOfRange(sealed, opened, opened + size);
        }
        opened = 0;
        received = rest;
        int length = in.read(sealed, received, sealed.length - received);
        if (length < 0) {
            // Somebody on the way may have cut it short.
            throw new SSLException("the connection ended before the other side said so");
        }
        received += length;
        more = length >= packet || received == sealed.length;
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
        writing.lock();
        try {
            ByteBuffer plain = ByteBuffer.wrap(bytes, 0, length);
            while (plain.hasRemaining()) {
                if (seal(plain).getStatus() == SSLEngineResult.Status.CLOSED) {
                    flush();
                    throw new SSLException("written after the end");
                }
            }
            flush();
        } finally {
            writing.unlock();
        }
    }

    /** One record. */
    private SSLEngineResult seal(ByteBuffer plain) throws IOException {
        if (leaving.remaining() < packet) {
            if (leaving.capacity() == packet) {
                leaving = ByteBuffer.allocate(Chunk.RECORDS * packet).put(leaving.flip());
            } else {
                flush();
            }
        }
        SSLEngineResult result = engine.wrap(plain, leaving);
        switch (result.getStatus()) {
            case OK, CLOSED -> {}
            case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
                    throw new SSLException("a record is larger than it may be");
        }
        return result;
    }

    private ByteBuffer small(ByteBuffer buffer) {
        return buffer.capacity() == packet ? buffer.clear() : ByteBuffer.allocate(packet);
    }

    private void flush() throws IOException {
        byte[] bytes = leaving.array();
        int length = leaving.position();
        // Large for as long as it is needed, so that a still connection costs little.
        leaving = length > packet ? leaving.clear() : small(leaving);
        if (length > 0) {
            out.write(bytes, 0, length);
        }
    }

    @Override
    public void end() throws IOException {
        writing.lock();
        try {
            engine.closeOutbound();
            int before = -1;
            while (!engine.isOutboundDone() && leaving.position() > before) {
                before = leaving.position();
                seal(NOTHING);
            }
            flush();
        } finally {
            writing.unlock();
        }
    }

    /** The TCP connection below: whatever is under way is not waited for. */
    @Override
    public void close() throws IOException {
        line.close();
    }
}
