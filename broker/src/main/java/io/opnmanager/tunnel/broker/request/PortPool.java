package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jdbi.v3.core.Handle;

/**
 * The ports of this node's tunnels. Which are held is in the rows, and the unique key of the table
 * has the last word; this class only picks, one caller at a time, because only this node gives out
 * its own ports.
 *
 * <p>A port is held from the moment its row is made until the broker has seen its listener closed
 * and the quarantine has passed.
 */
@ApplicationScoped
class PortPool {

    private final PortSettings settings;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    PortPool(PortSettings settings) {
        this.settings = settings;
        if (settings.first() < 1024
                || settings.last() > 65535
                || settings.last() < settings.first()) {
            throw new IllegalArgumentException(
                    "opnmanager.ports: wanted 1024 <= first <= last <= 65535, found first=%d last=%d"
                            .formatted(settings.first(), settings.last()));
        }
    }

    /**
     * Picks a free port and makes the row that holds it, before anyone else picks.
     *
     * @throws Problem {@code no_port_free}
     */
    <T> T reserve(Handle handle, String node, IntFunction<T> row) {
        oneAtATime.lock();
        try {
            Set<Integer> held =
                    handle.createQuery(
                                    "SELECT held_port FROM request_queue WHERE node = :node AND held_port IS NOT NULL")
                            .bind("node", node)
                            .mapTo(Integer.class)
                            .set();
            return row.apply(pick(held));
        } finally {
            oneAtATime.unlock();
        }
    }

    /** From a random place onwards, so that a port that was just free is not the next one taken. */
    private int pick(Set<Integer> held) {
        int size = settings.last() - settings.first() + 1;
        int start = ThreadLocalRandom.current().nextInt(size);
        for (int i = 0; i < size; i++) {
            int port = settings.first() + (start + i) % size;
            if (!held.contains(port) && nobodyElseListens(port)) {
                return port;
            }
        }
        throw new Problem(
                ProblemCode.NO_PORT_FREE,
                "every port from %d to %d is in use or in quarantine"
                        .formatted(settings.first(), settings.last()),
                Duration.ofSeconds(5));
    }

    private static boolean nobodyElseListens(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
