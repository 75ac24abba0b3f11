package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.time.Duration;

/**
 * What joins two namespaces. Its delay and its loss can be changed while it is used; connections
 * that were open before keep what they had learnt of it.
 */
public sealed interface Link extends AutoCloseable permits EmulatedLink, NetemLink {

    /** The near end's address. */
    String NEAR = "10.213.0.1";

    /** The far end's address. */
    String FAR = "10.213.0.2";

    /** What both ends' interfaces carry at once. */
    int MTU = 1500;

    /** Netem where this kernel has it, else our own emulator. This process is in {@code near}. */
    static Link between(Namespace near, Namespace far) throws IOException {
        return NetemLink.isPossible(near) ? new NetemLink(near, far) : new EmulatedLink(near, far);
    }

    /** What it is, for the settings of an experiment. */
    String description();

    /**
     * From now on.
     *
     * @param roundTrip there and back, half of it each way
     * @param loss part of the packets that are lost each way, 0 to under 1
     * @throws IOException when the link is down
     */
    void shape(Duration roundTrip, double loss) throws IOException;

    @Override
    void close() throws IOException;
}
