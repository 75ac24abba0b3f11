package io.opnmanager.tunnel.broker.access.browser;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server that hands every request to one relay, as the broker does for a session's host. */
final class RelayWorld implements AutoCloseable {

    static final String SESSION_HOST = "k3jx.localhost:8080";
    static final String SESSION = "http://" + SESSION_HOST;

    static {
        // As Quarkus does for the whole process before its first server: without it Vert.x would
        // answer some of what the broker has to answer itself.
        System.setProperty("vertx.disableWebsockets", "true");
    }

    final Vertx vertx;
    final Relay relay;
    final Told told;
    final Flushes flushes;
    final int port;

    private RelayWorld(Vertx vertx, Relay relay, Told told, Flushes flushes, int port) {
        this.vertx = vertx;
        this.relay = relay;
        this.told = told;
        this.flushes = flushes;
        this.port = port;
    }

    /** In front of a plain page of the kind generic, with limits of a test. */
    static RelayWorld before(RawPage page) {
        return before(plain(page.port(), "generic", SESSION), Limits.OF_TESTS);
    }

    static RelayWorld before(RawPage page, Limits limits) {
        return before(plain(page.port(), "generic", SESSION), limits);
    }

    static RelayWorld before(Upstream upstream, Limits limits) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        Told told = new Told();
        Relay relay = new Relay(vertx, upstream, new SocketPassage(upstream, told), limits, told);
        Flushes flushes = new Flushes();
        HttpServer server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setHost("127.0.0.1")
                                        .setPort(0)
                                        .setHttp2ConnectionWindowSize(8 * 1024 * 1024)
                                        .setMaxInitialLineLength(8 * 1024)
                                        .setMaxHeaderSize(16 * 1024))
                        .connectionHandler(flushes::watch)
                        .requestHandler(relay::handle)
                        .listen()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
        return new RelayWorld(vertx, relay, told, flushes, server.actualPort());
    }

    @SuppressWarnings("NullAway") // does not read from a class file that an array may be null
    static Upstream plain(int port, String kind, String session) {
        return new Upstream(17, "http", null, "localhost:" + port, kind, URI.create(session));
    }

    static Upstream tls(int port, String sha256) {
        return new Upstream(
                17,
                "https",
                HexFormat.of().parseHex(sha256),
                "localhost:" + port,
                "opnsense",
                URI.create(SESSION));
    }

    RawBrowser browser() throws java.io.IOException {
        return new RawBrowser(port);
    }

    /** As when it is closed, or its window. */
    void endSession() {
        relay.close();
    }

    @Override
    public void close() {
        relay.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /**
     * Limits of a relay.
     *
     * @param answer how long the page may be silent
     * @param stall how long the browser may stand still
     * @param connections to the page, of each of the two kinds
     * @param waiting for one
     */
    record Limits(Duration answer, Duration stall, int connections, int waiting)
            implements BrowserSettings {

        static final Limits OF_TESTS =
                new Limits(Duration.ofSeconds(30), Duration.ofSeconds(30), 64, 1_000);

        @Override
        public Duration connect() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration keepAlive() {
            return Duration.ofSeconds(20);
        }

        @Override
        public int headers() {
            return 100;
        }

        @Override
        public MemorySize headerBytes() {
            return new MemorySize(BigInteger.valueOf(64 * 1024));
        }
    }

    /**
     * How often something was sent to browsers: over TLS each is a record at least, and a call of
     * the system.
     */
    static final class Flushes {
        final AtomicInteger count = new AtomicInteger();

        void watch(HttpConnection connection) {
            ((ConnectionBase) connection)
                    .channel()
                    .pipeline()
                    .addFirst(
                            new ChannelOutboundHandlerAdapter() {
                                @Override
                                public void flush(ChannelHandlerContext context) {
                                    count.incrementAndGet();
                                    context.flush();
                                }
                            });
        }
    }

    /**
     * Straight to the page, whose port is in the authority.
     *
     * @param told hears of event streams
     */
    private record SocketPassage(Upstream upstream, Told told) implements Passage {

        @Override
        public Future<Channel> open(EventLoop home) {
            ChannelFuture connecting =
                    new Bootstrap()
                            .group(home)
                            .channel(NioSocketChannel.class)
                            .handler(new ChannelInboundHandlerAdapter())
                            .connect("127.0.0.1", URI.create(upstream.origin()).getPort());
            Promise<Channel> opened = home.newPromise();
            connecting.addListener(done -> {
                if (done.isSuccess()) {
                    opened.setSuccess(connecting.channel());
                } else {
                    opened.setFailure(done.cause());
                }
            });
            return opened;
        }

        @Override
        public AutoCloseable quiet(Channel connection) {
            told.streams.add(((InetSocketAddress) connection.localAddress()).getPort());
            told.openStreams.incrementAndGet();
            return told.openStreams::decrementAndGet;
        }
    }

    /** What the relay told its session. */
    static final class Told implements Signs {
        final BlockingQueue<Boolean> documents = new LinkedBlockingQueue<>();
        final List<Integer> streams = new CopyOnWriteArrayList<>();
        final AtomicInteger openStreams = new AtomicInteger();
        final BlockingQueue<String> wrongCertificates = new LinkedBlockingQueue<>();

        @Override
        public void documentDelivered(boolean withScript) {
            documents.add(withScript);
        }

        @Override
        public void wrongCertificate(byte[] sha256) {
            wrongCertificates.add(HexFormat.of().formatHex(sha256));
        }

        /** The next document that was told of; {@code null} when there is none for a while. */
        @Nullable Boolean document() throws InterruptedException {
            return documents.poll(3, TimeUnit.SECONDS);
        }
    }
}
