package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Carries frames from one interface to another, each after its delay, some never. A thread of its
 * own does it; delay and loss may be changed by any other one.
 */
final class Direction implements AutoCloseable {

    /** So many are taken before those that are due are looked at again. */
    private static final int AT_ONCE = 16;

    /** A cable does not wait for a processor. */
    private static final int NICE = -15;

    private static final Duration LOOK_UP = Duration.ofMillis(100);

    private final TunDevice from;
    private final TunDevice to;
    private final SplittableRandom random;
    private volatile Shape shape = new Shape(0, 0);
    private volatile boolean ended;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /** How many packets still pass until one is lost. */
    private long untilLoss;

    /**
     * What it does to packets.
     *
     * @param delay in nanoseconds
     * @param loss part of the packets that never arrive, 0 to under 1
     */
    private record Shape(long delay, double loss) {}

    private Direction(TunDevice from, TunDevice to, long seed) {
        this.from = from;
        this.to = to;
        this.random = new SplittableRandom(seed);
    }

    /** Begins, without delay and loss. */
    static Direction start(TunDevice from, TunDevice to, long seed) {
        Direction direction = new Direction(from, to, seed);
        var _ =
                Thread.ofPlatform()
                        .name(from.name() + "-to-" + to.name())
                        .daemon()
                        .start(direction::run);
        return direction;
    }

    /**
     * From now on.
     *
     * @throws IOException when it has failed before
     */
    void shape(Duration delay, double loss) throws IOException {
        check();
        shape = new Shape(delay.toNanos(), loss);
    }

    private void check() throws IOException {
        if (end.isCompletedExceptionally()) {
            Throwable failure = end.exceptionNow();
            throw new IOException("the link is down: " + failure.getMessage(), failure);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            // Without the right to, packets are a little later at times.
            var _ = SystemCalls.ownPriority(SystemCalls.state(arena), NICE);
            carry(new Queue(arena), arena.allocate(TunDevice.LARGEST, 8));
            end.complete(null);
        } catch (IOException | RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private void carry(Queue queue, MemorySegment whole) throws IOException {
        Shape now = shape;
        untilLoss = gap(now);
        while (!ended) {
            if (!now.equals(shape)) {
                now = shape;
                untilLoss = gap(now);
            }
            deliver(queue);
            if (!queue.hasRoom()) {
                // The kernel's queue before the interface fills next, and that one loses packets.
                LockSupport.parkNanos(queue.due() - System.nanoTime());
            } else if (!take(queue, now, whole)) {
                long wait = LOOK_UP.toNanos();
                if (!queue.isEmpty()) {
                    wait = Math.clamp(queue.due() - System.nanoTime(), 0, wait);
                }
                from.await(wait);
            }
        }
    }

    private void deliver(Queue queue) throws IOException {
        while (!queue.isEmpty() && queue.due() - System.nanoTime() <= 0) {
            to.write(queue.first());
            queue.remove();
        }
    }

    /** Whether there was anything. */
    private boolean take(Queue queue, Shape now, MemorySegment whole) throws IOException {
        for (int taken = 0; taken < AT_ONCE && queue.hasRoom(); taken++) {
            int length = from.read(queue.room());
            if (length == 0) {
                return taken > 0;
            }
            add(queue, length, now, whole);
        }
        return true;
    }

    private void add(Queue queue, int length, Shape now, MemorySegment whole) {
        long due = System.nanoTime() + now.delay();
        int packets = new Frame(queue.room().asSlice(0, length)).packets();
        if (packets <= untilLoss) {
            untilLoss -= packets;
            queue.add(length, due);
            return;
        }
        MemorySegment.copy(queue.room(), 0, whole, 0, length);
        Frame frame = new Frame(whole.asSlice(0, length));
        int next = 0;
        while (next < packets && queue.hasRoom()) {
            int end = next + (int) Math.min(packets - next, untilLoss);
            if (end > next) {
                queue.add(frame.part(next, end, queue.room()), due);
            }
            untilLoss -= end - next;
            if (end < packets) {
                untilLoss = gap(now);
                end++;
            }
            next = end;
        }
    }

    /** Geometric: the same as a coin for each packet. */
    private long gap(Shape now) {
        return now.loss() == 0
                ? Long.MAX_VALUE
                : (long) (Math.log(1 - random.nextDouble()) / Math.log1p(-now.loss()));
    }

    @Override
    public void close() throws IOException {
        ended = true;
        var _ = end.exceptionally(_ -> null).join();
        check();
    }
}
