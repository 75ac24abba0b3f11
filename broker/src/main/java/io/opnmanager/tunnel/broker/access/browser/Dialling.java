package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Connects with one session's page, over TLS if it speaks that. Safe from any thread. */
final class Dialling {

    private final Passage passage;
    private final Duration atMost;
    private final String name;

    /** Null when the page speaks no TLS. */
    private final @Nullable SslContext tls;

    /**
     * For one page.
     *
     * @param name by which the page knows itself, for TLS
     * @param atMost how long one may take, TLS included
     */
    Dialling(Passage passage, Upstream upstream, Signs signs, String name, Duration atMost) {
        this.passage = passage;
        this.atMost = atMost;
        this.name = name;
        this.tls = upstream.isTls() ? tls(upstream, signs) : null;
    }

    private static SslContext tls(Upstream upstream, Signs signs) {
        byte[] pinned = Objects.requireNonNull(upstream.certificateSha256(), "https has a pin");
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(new PinnedCertificate(pinned, signs::wrongCertificate))
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    /**
     * Connects.
     *
     * @param home in which the future is done, and the channel's event loop
     * @return a channel for handlers of whoever asked, which miss nothing when a listener adds them
     */
    Future<Channel> dial(EventLoop home) {
        Promise<Channel> dialled = home.newPromise();
        ScheduledFuture<?> limit =
                home.schedule(
                        () -> dialled.tryFailure(new ConnectTimeoutException("after " + atMost)),
                        atMost.toNanos(),
                        TimeUnit.NANOSECONDS);
        var _ = dialled.addListener(done -> limit.cancel(false));
        var _ =
                passage.open(home)
                        .addListener(
                                (FutureListener<Channel>)
                                        opened -> {
                                            if (opened.isSuccess()) {
                                                secure(opened.getNow(), dialled);
                                            } else {
                                                var _ = dialled.tryFailure(opened.cause());
                                            }
                                        });
        return dialled;
    }

    private void secure(Channel channel, Promise<Channel> dialled) {
        var _ =
                dialled.addListener(done -> {
                    if (!done.isSuccess()) {
                        var _ = channel.close();
                    }
                });
        if (tls == null) {
            var _ = dialled.trySuccess(channel);
            return;
        }
        SslHandler handler = handler(tls, channel);
        var _ =
                handler.handshakeFuture()
                        .addListener(
                                (FutureListener<Channel>)
                                        done -> {
                                            if (done.isSuccess()) {
                                                var _ = dialled.trySuccess(channel);
                                            } else {
                                                var _ = dialled.tryFailure(done.cause());
                                            }
                                        });
        var _ = channel.pipeline().addLast("tls", handler);
    }

    private SslHandler handler(SslContext context, Channel channel) {
        SslHandler handler = context.newHandler(channel.alloc(), name, -1);
        // The whole has a limit.
        handler.setHandshakeTimeoutMillis(0);
        if (!NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name)) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            handler.engine().setSSLParameters(parameters);
        }
        return handler;
    }
}
