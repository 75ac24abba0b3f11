package io.opnmanager.tunnel.broker.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.contract.splice.Allowance;
import io.opnmanager.tunnel.contract.splice.Far;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Near;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import io.opnmanager.tunnel.contract.splice.Watch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One end of a line of memory: what is sent at one is received at the other. */
final class Side implements Far, Watch {

    static final int FIRST = 64 * 1024;
    static final int PACKET = 32 * 1024;
    static final int MOST = 1 << 20;

    private static final Near NOBODY =
            new Near() {
                @Override
                public void begin() {}

                @Override
                public void received(byte[] data, int from, int length) {}

                @Override
                public void roomed() {}

                @Override
                public void farEnded() {}

                @Override
                public void farGone() {}

                @Override
                public void close() {}
            };

    final AtomicLong room = new AtomicLong(FIRST);
    final AtomicLong bytesIn = new AtomicLong();
    final AtomicLong bytesOut = new AtomicLong();
    final AtomicLong granted = new AtomicLong();
    final AtomicInteger ends = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);
    final List<Integer> sizes = new CopyOnWriteArrayList<>();
    final ReceiveWindow window;
    volatile Side other = this;
    volatile Near near = NOBODY;

    /** It does not tell that its window is open again. */
    volatile boolean silent;

    Side(Allowance allowance) {
        this.window = new ReceiveWindow(FIRST, MOST, allowance);
    }

    @Override
    public long room() {
        return room.get();
    }

    @Override
    public long packet() {
        return PACKET;
    }

    @Override
    public void send(byte[] packet, int length, Runnable written) throws IOException {
        assertThat(length).isBetween(1, PACKET);
        assertThat(room.addAndGet(-length)).isNotNegative();
        sizes.add(length);
        other.near.received(packet, Loop.HEAD, length);
        written.run();
    }

    @Override
    public void grant(int more) {
        granted.addAndGet(more);
        if (!silent) {
            other.opens(more);
        }
    }

    void opens(int more) {
        room.addAndGet(more);
        near.roomed();
    }

    @Override
    public void end() {
        other.near.farEnded();
    }

    @Override
    public void hangUp() {
        other.near.farGone();
    }

    @Override
    public void received(int length) {
        bytesIn.addAndGet(length);
    }

    @Override
    public void sent(int length) {
        bytesOut.addAndGet(length);
    }

    @Override
    public void ended() {
        ends.incrementAndGet();
        ended.countDown();
    }

    void awaitEnd() throws InterruptedException {
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ends).hasValue(1);
    }
}
