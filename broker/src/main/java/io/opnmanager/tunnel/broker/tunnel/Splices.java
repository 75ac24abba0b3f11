package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.contract.line.LineSession;
import io.opnmanager.tunnel.contract.line.LineTransport;
import io.opnmanager.tunnel.contract.splice.Allowance;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.threads.CloseableExecutorService;

/** The threads that move the bytes of all tunnels of this node, and the memory for them. */
@Singleton
class Splices {

    /** What a page needs before its window has grown. */
    private static final int FIRST_WINDOW = 256 * 1024;

    private final SshSettings settings;
    private final List<Loop> loops;
    private final Allowance allowance;

    Splices(SshSettings settings) {
        this.settings = settings;
        this.loops =
                IntStream.range(0, Runtime.getRuntime().availableProcessors())
                        .mapToObj(number -> new Loop("tunnel-bytes-" + number))
                        .toList();
        this.allowance = Allowance.of(settings.windows().asLongValue());
    }

    /**
     * What the connections of one tunnel share.
     *
     * @param loop moves their bytes
     * @param allowance what their windows may grow by together
     * @param most bytes of one window
     * @param stall after which a connection that the agent takes nothing from is closed
     */
    record Path(Loop loop, Allowance allowance, int most, Duration stall) {
        ReceiveWindow window() {
            return new ReceiveWindow(Math.min(FIRST_WINDOW, most), most, allowance);
        }
    }

    /** The transport of the SSH lines, on the same threads. */
    LineTransport lines(Supplier<CloseableExecutorService> patient) {
        return new LineTransport(loops, patient);
    }

    /** For the tunnel of a line, in its thread; it gets half of the memory at the most. */
    Path path(Session line) {
        return new Path(
                LineSession.of(line).loop(),
                allowance.part(settings.windows().asLongValue() / 2),
                (int) settings.window().asLongValue(),
                settings.stall());
    }

    @PreDestroy
    void close() {
        loops.forEach(Loop::close);
    }
}
