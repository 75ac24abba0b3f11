package io.opnmanager.tunnel.broker.access.browser;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.impl.headers.HeadersAdaptor;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.impl.ContextInternal;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the firewall's page: one request after the other, each for an {@link Asker}.
 *
 * <p>Used on its own event loop, which is that of every asker. What is told to an asker is told in
 * the asker's context.
 */
final class PageConnection extends ChannelInboundHandlerAdapter {

    private static final int LONGEST_STATUS_LINE = 4096;

    /** As much as a read gives at the most: what came together goes on together. */
    private static final int CHUNK = 64 * 1024;

    private static final int CONTINUE = 100;
    private static final int EARLY_HINTS = 103;

    private final PageConnections owner;
    private final Channel channel;

    private @Nullable Asker asker;
    private @Nullable ContextInternal in;
    private boolean interim;
    private boolean asked;
    private boolean keeps;
    private boolean settled;
    private long idleSince;
    private boolean watched;

    private PageConnection(PageConnections owner, Channel channel) {
        this.owner = owner;
        this.channel = channel;
    }

    /**
     * Makes one of a channel that has just been connected, and that nothing else uses.
     *
     * @return {@code null} when the page has closed it again
     */
    static @Nullable PageConnection on(Channel channel, PageConnections owner, int headerBytes) {
        if (!channel.isActive()) {
            return null;
        }
        PageConnection made = new PageConnection(owner, channel);
        var _ =
                channel.pipeline()
                        .addLast(
                                new HttpClientCodec(
                                        new HttpDecoderConfig()
                                                .setMaxInitialLineLength(LONGEST_STATUS_LINE)
                                                .setMaxHeaderSize(headerBytes)
                                                .setMaxChunkSize(CHUNK),
                                        HttpClientCodec.DEFAULT_PARSE_HTTP_AFTER_CONNECT_REQUEST,
                                        HttpClientCodec.DEFAULT_FAIL_ON_MISSING_RESPONSE),
                                made);
        return made;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    boolean isOpen() {
        return channel.isActive();
    }

    Channel channel() {
        return channel;
    }

    /**
     * A request.
     *
     * @param context of the asker
     * @param target path and query
     * @param hasBody whether {@link #write} and {@link #end} follow
     */
    record Asked(
            ContextInternal context,
            HttpMethod method,
            String target,
            HeadersMultiMap headers,
            boolean hasBody) {

        /** One without a body is one message, and one write. */
        HttpRequest head() {
            var name = method.toNetty();
            return hasBody
                    ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, name, target, headers)
                    : new DefaultFullHttpRequest(
                            HttpVersion.HTTP_1_1,
                            name,
                            target,
                            Unpooled.EMPTY_BUFFER,
                            headers,
                            EmptyHttpHeaders.INSTANCE);
        }
    }

    /**
     * Sends a request.
     *
     * @param by is told of the answer until it is whole, or {@link #leave} was called
     */
    void ask(Asker by, Asked request) {
        asker = by;
        in = request.context();
        interim = false;
        asked = !request.hasBody();
        var _ = channel.writeAndFlush(request.head(), channel.voidPromise());
    }

    /** It was given to somebody who asks nothing. */
    void unused() {
        idleSince = System.nanoTime();
        watch();
        owner.keep(this);
    }

    /** The next bytes of the body. */
    void write(Buffer part) {
        var _ =
                channel.writeAndFlush(
                        new DefaultHttpContent(((BufferImpl) part).getByteBuf()),
                        channel.voidPromise());
    }

    /** The body is whole. */
    void end() {
        asked = true;
        var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    }

    /** Whether what was written waits; {@link Asker#room} is told when it no longer does. */
    boolean isFull() {
        return !channel.isWritable();
    }

    /** Nothing more of the answer is read than has been, until {@link #resume}. */
    void pause() {
        channel.config().setAutoRead(false);
    }

    void resume() {
        channel.config().setAutoRead(true);
    }

    private boolean isOf(Asker by) {
        return by.equals(asker);
    }

    /** An asker wants nothing more of it. Without effect when it is no longer its asker. */
    void leave(Asker by) {
        if (isOf(by)) {
            asker = null;
            close();
        }
    }

    /** On any thread. */
    void close() {
        var _ = channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Asker by = asker;
        ContextInternal its = in;
        try {
            if (by == null || its == null) {
                // It says something unasked.
                close();
                return;
            }
            ContextInternal before = its.beginDispatch();
            try {
                read(by, (HttpObject) message);
            } finally {
                its.endDispatch(before);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(Asker by, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            broken(message.decoderResult().cause());
            return;
        }
        if (message instanceof HttpResponse head) {
            head(by, head);
        }
        if (message instanceof HttpContent content && !interim && isOf(by)) {
            if (content.content().isReadable()) {
                // On the heap, where the cipher of the browser's connection is fastest.
                ByteBuf bytes = content.content();
                by.part(
                        BufferImpl.buffer(
                                Unpooled.buffer(bytes.readableBytes()).writeBytes(bytes)));
            }
            if (content instanceof LastHttpContent last && isOf(by)) {
                by.whole(new HeadersAdaptor(last.trailingHeaders()));
                settle(by);
            }
        }
        if (message instanceof LastHttpContent) {
            interim = false;
        }
    }

    private void head(Asker by, HttpResponse head) {
        int status = head.status().code();
        if (!isKnown(head.protocolVersion())) {
            broken(new IOException("the page speaks another version of HTTP"));
            return;
        }
        // What else is below 200 is none that was asked for, and refused as an answer.
        interim = status == CONTINUE || status == EARLY_HINTS;
        if (!interim) {
            keeps = HttpUtil.isKeepAlive(head);
            by.answered(status, head.status().reasonPhrase(), new HeadersAdaptor(head.headers()));
        } else if (status == CONTINUE) {
            by.leaveGiven();
        }
    }

    private static boolean isKnown(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    private void settle(Asker by) {
        if (!isOf(by)) {
            return;
        }
        asker = null;
        in = null;
        if (!asked || !keeps || !channel.isActive()) {
            close();
            return;
        }
        resume();
        // What still comes with this read is nobody's answer, and must not become that of the next.
        settled = true;
    }

    private void watch() {
        if (!watched) {
            watched = true;
            lookIn(owner.keepNanos());
        }
    }

    private void lookIn(long nanos) {
        var _ = channel.eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    /** Looks now and then whether it is idle for too long, instead of at each request. */
    private void look() {
        if (!channel.isActive()) {
            return;
        }
        long left =
                asker != null
                        ? owner.keepNanos()
                        : owner.keepNanos() - (System.nanoTime() - idleSince);
        if (left > 0) {
            lookIn(left);
        } else if (owner.forget(this)) {
            close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Asker by = asker;
        ContextInternal its = in;
        if (by != null && its != null) {
            ContextInternal before = its.beginDispatch();
            try {
                by.pause();
            } finally {
                its.endDispatch(before);
            }
        } else if (settled) {
            settled = false;
            unused();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Asker by = asker;
        ContextInternal its = in;
        if (by != null && its != null && channel.isWritable()) {
            its.dispatch(by::room);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ContextInternal its = in;
        if (asker != null && its != null) {
            its.dispatch(() -> broken(new IOException("the page closed the connection")));
        }
        owner.gone(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ContextInternal its = in;
        if (asker != null && its != null) {
            its.dispatch(() -> broken(cause));
        } else {
            close();
        }
    }

    private void broken(Throwable cause) {
        Asker by = asker;
        asker = null;
        in = null;
        close();
        if (by != null) {
            by.broken(cause);
        }
    }
}
