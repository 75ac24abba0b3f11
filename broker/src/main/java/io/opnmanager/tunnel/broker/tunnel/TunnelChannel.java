package io.opnmanager.tunnel.broker.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.opnmanager.tunnel.contract.splice.Far;
import io.opnmanager.tunnel.contract.splice.Near;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import io.opnmanager.tunnel.contract.splice.Watch;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection through a tunnel whose near end is no socket but a pipeline of this process. To the
 * pipeline it is a channel as any other; to the line it is as fair and as bounded as a splice: two
 * packets under way at the most, a window of what is not taken yet.
 *
 * <pre>
 *   pipeline --doWrite, event loop--&gt; Departures --Far.send--&gt; line
 *   line --received, its thread--&gt; Arrivals --giveNow, event loop--&gt; pipeline, while it reads
 * </pre>
 *
 * <p>As with a socket, it is closed when the other end has said all and that was given.
 */
final class TunnelChannel extends AbstractChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    /** Reads before the others of the event loop have their turn. */
    private static final int READS = 16;

    private static final long LOOK_MILLIS = 1_000;

    private final Far far;
    private final Watch watch;
    private final Arrivals arrivals;
    private final Departures departures;
    private final long stallNanos;
    private final EventLoop home;
    private final Promise<Channel> opened;
    private final ChannelConfig config = new Config();
    private final Near near = new NearEnd();

    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicBoolean gives = new AtomicBoolean();
    private volatile boolean farEnded;
    private volatile boolean farGone;

    // Of the event loop.
    /** The pipeline wants to read. */
    private boolean reads;

    /** Whether {@link #look} comes. */
    private boolean looks;

    /**
     * What it is the near end of.
     *
     * @param far the channel of the line
     * @param watch is told of every byte, and of the end
     * @param window of the channel
     */
    record Joined(Far far, Watch watch, ReceiveWindow window) {}

    /**
     * One that is not yet open.
     *
     * @param path of its line
     * @param home the event loop of its pipeline
     * @param opened done in the event loop when the target was reached, or was not
     */
    TunnelChannel(Joined joined, Splices.Path path, EventLoop home, Promise<Channel> opened) {
        super(null);
        this.far = joined.far();
        this.watch = joined.watch();
        this.arrivals = new Arrivals(joined.window());
        this.departures =
                new Departures(
                        far,
                        watch,
                        path.loop().packets(),
                        () -> inEventLoop(((TunnelUnsafe) unsafe())::writeOn));
        this.stallNanos = path.stall().toNanos();
        this.home = home;
        this.opened = opened;
    }

    /** What the line is joined with. */
    Near near() {
        return near;
    }

    private final class NearEnd implements Near {

        @Override
        public void begin() {
            var _ = home.register(TunnelChannel.this).addListener(done -> begun(done.isSuccess()));
        }

        @Override
        public void received(byte[] data, int from, int length) throws IOException {
            watch.received(length);
            arrivals.put(data, from, length);
            give();
        }

        @Override
        public void roomed() {
            departures.roomed();
        }

        @Override
        public void farEnded() {
            farEnded = true;
            give();
        }

        @Override
        public void farGone() {
            farGone = true;
            farEnded();
        }

        @Override
        public void close() {
            inEventLoop(TunnelChannel.this::end);
        }
    }

    private void begun(boolean registered) {
        if (registered) {
            var _ = opened.trySuccess(this);
        } else {
            end();
        }
    }

    private void inEventLoop(Runnable task) {
        try {
            home.execute(task);
        } catch (RejectedExecutionException e) {
            // The process ends, and nobody else uses this any more.
            doClose();
        }
    }

    private void end() {
        if (isRegistered()) {
            unsafe().close(voidPromise());
        } else {
            doClose();
        }
    }

    /** On any thread. */
    private void give() {
        if (gives.compareAndSet(false, true)) {
            inEventLoop(this::giveNow);
        }
    }

    private void giveNow() {
        gives.set(false);
        int given = 0;
        boolean goes = reads;
        for (int read = 0; goes && read < READS; read++) {
            ByteBuf next = arrivals.take();
            if (next == null) {
                break;
            }
            reads = false;
            given += next.readableBytes();
            var _ = pipeline().fireChannelRead(next);
            goes = reads || config.isAutoRead();
        }
        if (given > 0) {
            grant(arrivals.given(given));
            var _ = pipeline().fireChannelReadComplete();
        }
        if (farEnded && arrivals.isEmpty()) {
            end();
        }
    }

    private void grant(int bytes) {
        if (bytes == 0 || farGone) {
            return;
        }
        try {
            far.grant(bytes);
        } catch (IOException e) {
            // The line has ended, and tells all of its channels.
        }
    }

    @Override
    protected void doBeginRead() {
        reads = true;
        if (farEnded || !arrivals.isEmpty()) {
            give();
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws IOException {
        if (!departures.send(out)) {
            lookSoon();
        }
    }

    private void lookSoon() {
        if (!looks) {
            looks = true;
            var _ = home.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Whether the line takes nothing for too long. */
    private void look() {
        looks = false;
        long waited = departures.waitedNanos();
        if (!open.get() || waited == 0) {
            return;
        }
        if (stallNanos > 0 && waited > stallNanos) {
            end();
        } else {
            departures.takeWhatThereIs();
            lookSoon();
        }
    }

    /**
     * The other end must not keep waiting for room: what it sent for nobody is granted again before
     * the channel closes.
     */
    @Override
    protected void doClose() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        grant(arrivals.drop());
        far.hangUp();
        watch.ended();
        var _ = opened.tryFailure(new ConnectException("the agent did not reach the target"));
    }

    private final class Config extends DefaultChannelConfig {

        private Config() {
            super(TunnelChannel.this);
        }

        @Override
        protected void autoReadCleared() {
            if (home.inEventLoop()) {
                reads = false;
            }
        }
    }

    private final class TunnelUnsafe extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("the line opens it"));
        }

        private void writeOn() {
            flush0();
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new TunnelUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop.equals(home);
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new UnsupportedOperationException("wanted bytes, found " + message.getClass());
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public boolean isActive() {
        return open.get() && isRegistered();
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress to) {
        throw new UnsupportedOperationException("the line opens it");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }
}
