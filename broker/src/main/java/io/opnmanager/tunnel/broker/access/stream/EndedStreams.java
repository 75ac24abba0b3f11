package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.contract.operator.GatewayStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The connections that ended last, for whoever asks what has been. Safe from any thread. */
final class EndedStreams {

    private static final int MOST = 1_000;

    /** Newest first; guarded by this. */
    private final Deque<GatewayStream> last = new ArrayDeque<>();

    synchronized void add(GatewayStream ended) {
        last.addFirst(ended);
        if (last.size() > MOST) {
            last.removeLast();
        }
    }

    synchronized List<GatewayStream> all() {
        return List.copyOf(last);
    }
}
