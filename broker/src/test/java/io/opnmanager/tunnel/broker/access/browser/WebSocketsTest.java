package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketsTest {

    private static final String[] UPGRADE = {
        "Connection: keep-alive, Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Cookie: PHPSESSID=abc; __Host-opnmanager-session=s3cret"
    };
    private static final String ACCEPTED =
            String.join(
                    "\r\n",
                    "HTTP/1.1 101 Switching Protocols",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                    "Set-Cookie: ws=1; Domain=localhost",
                    "",
                    "");

    private static RawPage echo() throws IOException {
        return RawPage.start(line -> {
            line.readHead();
            line.write(ACCEPTED);
            line.in.transferTo(line.out);
        });
    }

    private static String[] with(String... more) {
        String[] all = Arrays.copyOf(UPGRADE, UPGRADE.length + more.length);
        System.arraycopy(more, 0, all, UPGRADE.length, more.length);
        return all;
    }

    @Test
    void bytes_go_both_ways_as_they_are() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /ws?a=%2F", with("Origin: " + RelayWorld.SESSION));
            String head = browser.head();
            byte[] sent = new byte[3_000_000];
            new Random(1).nextBytes(sent);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            browser.out.write(sent);
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    });

            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("upgrade: websocket\r\n")
                    .containsIgnoringCase("connection: upgrade\r\n")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .contains("Set-Cookie: ws=1\r\n");
            assertThat(browser.in.readNBytes(sent.length)).isEqualTo(sent);
            assertThat(page.nextHead())
                    .startsWith("GET /ws?a=%2F HTTP/1.1\r\n")
                    .contains("Origin: http://localhost:" + page.port() + "\r\n")
                    .contains("Cookie: PHPSESSID=abc\r\n")
                    .contains("Sec-WebSocket-Extensions: permessage-deflate\r\n")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void a_real_client_talks_to_a_real_server() throws Exception {
        var loops = new NioEventLoopGroup(1);
        Channel server = realServer(loops);
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        try (HttpClient client = HttpClient.newHttpClient();
                RelayWorld world =
                        RelayWorld.before(
                                RelayWorld.plain(port, "generic", RelayWorld.SESSION),
                                RelayWorld.Limits.OF_TESTS)) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            WebSocket socket =
                    client.newWebSocketBuilder()
                            .header("Origin", RelayWorld.SESSION)
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + world.port + "/"),
                                    new WebSocket.Listener() {
                                        @Override
                                        public @Nullable CompletionStage<?> onText(
                                                WebSocket from, CharSequence text, boolean last) {
                                            answer.complete(text.toString());
                                            return null;
                                        }
                                    })
                            .get(15, TimeUnit.SECONDS);
            socket.sendText("hello", true).get(15, TimeUnit.SECONDS);

            assertThat(answer.get(15, TimeUnit.SECONDS)).isEqualTo("echo hello");
            socket.sendPing(ByteBuffer.allocate(0)).get(15, TimeUnit.SECONDS);
            socket.abort();
            await().until(() -> world.relay.underWay() == 0);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /**
     * Netty's own: Vert.x takes no WebSocket in a process in which Quarkus has switched that off.
     */
    private static Channel realServer(EventLoopGroup loops) throws InterruptedException {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new HttpServerCodec(),
                                                new HttpObjectAggregator(8 * 1024),
                                                new WebSocketServerProtocolHandler("/"),
                                                new Echo());
                            }
                        })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private static final class Echo extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
            var _ = context.writeAndFlush(new TextWebSocketFrame("echo " + frame.text()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Origin: null",
                "Origin: http://localhost:8080",
                "Origin: https://k3jx.localhost:8080",
                "Origin: http://k3jx.localhost",
                "Origin: http://k3jx.localhost:8080.evil.example",
                "X-No-Origin: 1"
            })
    void another_site_gets_none(String origin) throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /ws", with(origin));

            assertThat(browser.status()).isEqualTo(403);
            assertThat(page.connections()).isZero();
        }
    }

    @Test
    void what_the_page_refuses_is_refused() throws Exception {
        try (RawPage page =
                        RawPage.answering(
                                "HTTP/1.1 401 No\r\nContent-Length: 4\r\nSet-Cookie: a=b; Domain=x\r\n\r\nnope");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /ws", with("Origin: " + RelayWorld.SESSION));
            String head = browser.head();

            assertThat(RawBrowser.statusOf(head)).isEqualTo(401);
            assertThat(head).contains("Set-Cookie: a=b\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nno colon\r\n\r\n"
            })
    void an_answer_that_is_no_upgrade_is_none(String answer) throws Exception {
        try (RawPage page = RawPage.answering(answer);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /ws", with("Origin: " + RelayWorld.SESSION));

            assertThat(browser.status()).isEqualTo(502);
        }
    }

    @Test
    void a_browser_that_takes_nothing_holds_the_page_back() throws Exception {
        AtomicLong poured = new AtomicLong();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write(ACCEPTED);
                            byte[] block = new byte[64 * 1024];
                            while (true) {
                                line.out.write(block);
                                poured.addAndGet(block.length);
                            }
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /ws", with("Origin: " + RelayWorld.SESSION));
            browser.head();
            AtomicLong last = new AtomicLong(-1);
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(700))
                    .until(() -> poured.get() > 0 && last.getAndSet(poured.get()) == poured.get());

            assertThat(poured.get()).isLessThan(24L * 1024 * 1024);
        }
    }

    @Test
    void the_end_of_either_side_is_the_end_of_both() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page)) {
            try (RawBrowser browser = world.browser()) {
                browser.ask("GET /ws", with("Origin: " + RelayWorld.SESSION));
                browser.head();
            }
            await().atMost(Duration.ofSeconds(15)).until(() -> page.openConnections() == 0);
            try (RawBrowser browser = world.browser()) {
                browser.ask("GET /ws", with("Origin: " + RelayWorld.SESSION));
                browser.head();
                world.relay.close();
                assertThat(browser.untilClosed()).isEmpty();
            }
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> page.openConnections() == 0 && world.relay.underWay() == 0);
        }
    }
}
