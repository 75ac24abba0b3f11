package io.opnmanager.tunnel.tunnelctl.remote;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What went through, and how many connections there are. Any thread may count and look. */
public final class Traffic {

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();

    /** Nothing yet. */
    public Traffic() {}

    /** Bytes to the other side. */
    public long sent() {
        return sent.get();
    }

    /** Bytes from the other side. */
    public long received() {
        return received.get();
    }

    /** Connections that are open now. */
    public int connections() {
        return connections.get();
    }

    void addSent(long bytes) {
        sent.addAndGet(bytes);
    }

    void addReceived(long bytes) {
        received.addAndGet(bytes);
    }

    void begun() {
        connections.incrementAndGet();
    }

    void ended() {
        connections.decrementAndGet();
    }
}
