package io.opnmanager.tunnel.broker.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.opnmanager.tunnel.contract.splice.Far;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Packets;
import io.opnmanager.tunnel.contract.splice.Watch;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the pipeline of a {@link TunnelChannel} has written, on its way to the line: two packets
 * under way at the most, and none that is small only because the window is. The rest waits in the
 * pipeline's own buffer, which says that it is full.
 *
 * <p>Of the event loop, but for {@link #roomed}.
 */
final class Departures {

    private static final int UNDER_WAY = 2;

    private final Far far;
    private final Watch watch;
    private final Packets packets;
    private final Runnable again;

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean paused = new AtomicBoolean();

    /** The least room that it goes on with when it is paused. */
    private volatile long worthwhile;

    /** The most that the line took at once of late. */
    private long largest;

    /** Since when the line takes nothing; 0 while it does. */
    private long waitingSince;

    /**
     * To a line.
     *
     * @param watch is told of every byte
     * @param again called on any thread when {@link #send} can go on
     */
    Departures(Far far, Watch watch, Packets packets, Runnable again) {
        this.far = far;
        this.watch = watch;
        this.packets = packets;
        this.again = again;
    }

    /**
     * Sends what the line takes.
     *
     * @return whether that was all
     */
    boolean send(ChannelOutboundBuffer out) throws IOException {
        while (out.current() != null) {
            long room = far.room();
            int most = (int) Math.min(far.packet(), Packets.CHUNK);
            int length = (int) Math.min(most, out.totalPendingWriteBytes());
            largest = Math.max(largest, Math.min(room, most));
            // As of a splice: half of a packet, or of the window if that is smaller.
            long worth = Math.min(length, largest / 2);
            if (!takes(room, worth)) {
                pause(worth);
                return false;
            }
            waitingSince = 0;
            packet(out, (int) Math.min(length, room));
        }
        waitingSince = 0;
        return true;
    }

    /** What lies there goes as one packet, however it was written. */
    private void packet(ChannelOutboundBuffer out, int most) throws IOException {
        byte[] packet = packets.take(most);
        int length = 0;
        while (length < most && out.current() instanceof ByteBuf bytes) {
            int part = Math.min(most - length, bytes.readableBytes());
            bytes.readBytes(packet, Loop.HEAD + length, part);
            length += part;
            if (bytes.isReadable()) {
                out.progress(part);
            } else {
                out.remove();
            }
        }
        if (length == 0) {
            packets.giveBack(packet);
            return;
        }
        watch.sent(length);
        var _ = underWay.incrementAndGet();
        far.send(packet, length, () -> written(packet));
    }

    private void written(byte[] packet) {
        packets.giveBack(packet);
        var _ = underWay.decrementAndGet();
        roomed();
    }

    private boolean takes(long room, long worth) {
        return underWay.get() < UNDER_WAY && room > 0 && room >= worth;
    }

    private void pause(long worth) {
        if (waitingSince == 0) {
            waitingSince = System.nanoTime();
        }
        worthwhile = worth;
        paused.set(true);
        roomed();
    }

    /** The line may take more. On any thread. */
    void roomed() {
        if (paused.get() && takes(far.room(), worthwhile) && paused.compareAndSet(true, false)) {
            again.run();
        }
    }

    /** For how long the line has taken nothing of what waits; 0 when it does, or nothing waits. */
    long waitedNanos() {
        return waitingSince == 0 ? 0 : System.nanoTime() - waitingSince;
    }

    /** The window has stayed smaller, or has become so; what there is of it is used. */
    void takeWhatThereIs() {
        largest = 0;
        worthwhile = 0;
        roomed();
    }
}
