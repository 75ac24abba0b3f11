package io.opnmanager.tunnel.broker.program;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.quarkus.netty.MainEventLoopGroup;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Alive only while everything that carries work turns: each event loop takes a task, and the
 * scheduler starts virtual threads. A database that is away is no reason to be restarted.
 */
@Liveness
@ApplicationScoped
class Turning implements HealthCheck {

    /** Both are a matter of milliseconds; a machine that was asleep has its time. */
    private static final Duration STANDSTILL = Duration.ofSeconds(15);

    private final EventLoopGroup loops;
    private volatile long turned = System.nanoTime();

    Turning(@MainEventLoopGroup EventLoopGroup loops) {
        this.loops = loops;
    }

    @Scheduled(every = "1s")
    @RunOnVirtualThread
    void turn() {
        turned = System.nanoTime();
    }

    /** Asked on a thread that may wait, for up to 15 s. */
    boolean turns() {
        long start = System.nanoTime();
        List<Future<?>> tasks = new ArrayList<>();
        for (EventExecutor loop : loops) {
            tasks.add(loop.submit(() -> {}));
        }
        for (Future<?> task : tasks) {
            long left = STANDSTILL.toNanos() - (System.nanoTime() - start);
            if (!task.awaitUninterruptibly(Math.max(0, left) / 1_000_000)) {
                return false;
            }
        }
        return System.nanoTime() - turned < STANDSTILL.toNanos();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("turning").status(turns()).build();
    }
}
