package io.opnmanager.tunnel.benchmarks.fleet;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTPS connection of one member, kept alive, one question after the other. It connects when it
 * is asked. Everything happens on its event loop, which alone may call it.
 */
final class Line {

    private static final int LARGEST_ANSWER = 64 * 1024;
    private static final int CONNECT_MILLIS = 5_000;

    private final EventLoop loop;
    private final InetSocketAddress broker;
    private final InetSocketAddress from;
    private final SslContext trust;
    private @Nullable Channel channel;
    private volatile boolean ready;
    private String why = "closed by the broker";
    private @Nullable Consumer<@Nullable Answer> waiting;
    private final Deque<Question> next = new ArrayDeque<>(1);

    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    private record Question(byte[] request, Consumer<@Nullable Answer> answered) {}

    /**
     * What the broker said.
     *
     * @param status of HTTP
     * @param body as text
     */
    record Answer(int status, String body) {}

    Line(EventLoop loop, InetSocketAddress broker, InetSocketAddress from, SslContext trust) {
        this.loop = loop;
        this.broker = broker;
        this.from = from;
        this.trust = trust;
    }

    /** Asks; {@code answered} is told the answer, or {@code null} when there was none. */
    void ask(byte[] request, Consumer<@Nullable Answer> answered) {
        if (waiting != null) {
            next.add(new Question(request, answered));
            return;
        }
        waiting = answered;
        Channel open = channel;
        if (open != null && open.isActive()) {
            send(open, request);
            return;
        }
        var connecting =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel fresh) {
                                        prepare(fresh, request);
                                    }
                                })
                        .connect(broker, from);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                why = String.valueOf(done.cause());
                tell(null);
            }
        });
    }

    private void prepare(SocketChannel fresh, byte[] request) {
        SslHandler tls = trust.newHandler(fresh.alloc(), broker.getHostString(), broker.getPort());
        fresh.pipeline()
                .addLast(tls, new HttpResponseDecoder(), new HttpObjectAggregator(LARGEST_ANSWER))
                .addLast(new Answers());
        tls.handshakeFuture()
                .addListener(done -> {
                    if (done.isSuccess()) {
                        ready = true;
                        send(fresh, request);
                    }
                });
    }

    private static void send(Channel channel, byte[] request) {
        channel.writeAndFlush(channel.alloc().buffer(request.length).writeBytes(request))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void tell(@Nullable Answer answer) {
        ready &= answer != null;
        Consumer<@Nullable Answer> asker = waiting;
        waiting = null;
        if (asker != null) {
            asker.accept(answer);
        }
        Question question = waiting == null ? next.poll() : null;
        if (question != null) {
            ask(question.request(), question.answered());
        }
    }

    /** From any thread: whether a question was sent on the connection as it is now. */
    boolean isReady() {
        return ready;
    }

    /** Why there was no answer. */
    String why() {
        return why;
    }

    /** Without telling whoever waits. */
    void close() {
        waiting = null;
        next.clear();
        if (channel != null) {
            var _ = channel.close();
        }
    }

    private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            tell(
                    new Answer(
                            response.status().code(),
                            response.content().toString(StandardCharsets.UTF_8)));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (context.channel().equals(channel)) {
                tell(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            why = String.valueOf(cause);
            var _ = context.close();
        }
    }
}
