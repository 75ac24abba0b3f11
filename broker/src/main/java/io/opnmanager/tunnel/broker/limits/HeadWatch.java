package io.opnmanager.tunnel.broker.limits;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose next request takes too long to say what it wants, or which sends many
 * requests ahead: both hold memory and say nothing. Stands where the bytes come in, behind TLS, and
 * sees from there whether a head has begun; that it is whole it learns behind the decoder, and of
 * HTTP/2 from the frames' own heads (RFC 9113 §4.1, §6.2, §6.10).
 *
 * <p>Used on the connection's event loop.
 */
final class HeadWatch extends ChannelInboundHandlerAdapter {

    static final String NAME = "head-watch";

    /** Names that Vert.x gives its handlers. */
    private static final String DECODER = "httpDecoder";

    private static final String ENCODER = "httpEncoder";

    /** RFC 9113 §3.4. */
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * What is watched for.
     *
     * @param head how long one may take
     * @param pipelined requests that may wait behind one
     * @param options of the server
     */
    record Limits(Duration head, int pipelined, HttpServerOptions options) {}

    private enum Version {
        NOT_KNOWN,
        HTTP_1,
        HTTP_2
    }

    private final Limits limits;
    private final HeadFrames frames = new HeadFrames();
    private Version version = Version.NOT_KNOWN;
    private int prefaceSeen;

    /** Nanoseconds at which the head began that is not whole yet. */
    private long begun;

    private boolean isOpen;
    private boolean looking;
    private boolean inBody;
    private int unanswered;

    HeadWatch(Limits limits) {
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        open(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        switch (version) {
            case NOT_KNOWN -> begin(context, bytes);
            case HTTP_1 -> http1(context, bytes);
            case HTTP_2 -> http2(context, bytes);
        }
    }

    /**
     * Gives the first bytes on one by one: after the one that tells the versions apart, and before
     * a request is whole, the decoder is there to be watched.
     */
    private void begin(ChannelHandlerContext context, ByteBuf bytes) {
        while (version == Version.NOT_KNOWN && bytes.isReadable()) {
            boolean fits = bytes.getByte(bytes.readerIndex()) == PREFACE[prefaceSeen];
            if (fits && ++prefaceSeen == PREFACE.length) {
                version = Version.HTTP_2;
                isOpen = false;
            } else if (!fits) {
                version = Version.HTTP_1;
            }
            context.fireChannelRead(bytes.readRetainedSlice(1));
        }
        if (version == Version.HTTP_1) {
            watchDecoder(context);
        }
        if (bytes.isReadable()) {
            channelRead(context, bytes);
        } else {
            bytes.release();
        }
    }

    private void watchDecoder(ChannelHandlerContext context) {
        ChannelPipeline pipeline = context.pipeline();
        if (pipeline.get(DECODER) != null && pipeline.get(ENCODER) != null) {
            // What it has read so far goes from the old one to the new one.
            pipeline.replace(DECODER, DECODER, new StrictDecoder(limits.options()));
            pipeline.addAfter(ENCODER, NAME + "-requests", new Requests(context));
        } else {
            // Refused by the server before it was asked anything, or something else than HTTP.
            pipeline.remove(this);
        }
    }

    private void http1(ChannelHandlerContext context, ByteBuf bytes) {
        if (!inBody && !isOpen) {
            if (context.pipeline().get(DECODER) == null) {
                // It has become a WebSocket.
                context.fireChannelRead(bytes);
                context.pipeline().remove(this);
                return;
            }
            open(context);
        }
        context.fireChannelRead(bytes);
    }

    private void http2(ChannelHandlerContext context, ByteBuf bytes) {
        boolean open = frames.read(bytes);
        if (!open || frames.finishedOne()) {
            isOpen = false;
        }
        if (open && !isOpen) {
            open(context);
        }
        context.fireChannelRead(bytes);
    }

    private void open(ChannelHandlerContext context) {
        isOpen = true;
        begun = System.nanoTime();
        lookIn(context, limits.head().toNanos());
    }

    private void lookIn(ChannelHandlerContext context, long nanos) {
        if (!looking) {
            looking = true;
            var _ = context.executor().schedule(() -> look(context), nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look(ChannelHandlerContext context) {
        looking = false;
        if (!isOpen || context.isRemoved()) {
            return;
        }
        long left = limits.head().toNanos() - (System.nanoTime() - begun);
        // Behind a request that is being answered the rest may be kept from us by ourselves.
        boolean waits = version == Version.HTTP_1 && unanswered > 0;
        if (left > 0 || waits) {
            lookIn(context, waits ? limits.head().toNanos() : left);
        } else {
            var _ = context.close();
        }
    }

    /** Behind decoder and encoder of HTTP/1.1: sees requests come and answers go. */
    private final class Requests extends ChannelDuplexHandler {
        private final ChannelHandlerContext watch;

        Requests(ChannelHandlerContext watch) {
            this.watch = watch;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                isOpen = false;
                inBody = true;
                unanswered++;
                if (unanswered > limits.pipelined() + 1) {
                    ReferenceCountUtil.release(message);
                    var _ = watch.close();
                    return;
                }
                keepVersion(request);
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
            context.fireChannelRead(message);
        }

        /**
         * HTTP/2 by upgrade would begin in the middle of a connection; without, all go on as is.
         */
        private void keepVersion(HttpRequest request) {
            if (request.headers().contains(HttpHeaderNames.UPGRADE, "h2c", true)) {
                request.headers().remove(HttpHeaderNames.UPGRADE);
                request.headers().remove("HTTP2-Settings");
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise written) {
            boolean interim =
                    message instanceof HttpResponse answer && answer.status().code() < 200;
            if (message instanceof LastHttpContent && !interim) {
                unanswered--;
            }
            var _ = context.write(message, written);
        }
    }
}
