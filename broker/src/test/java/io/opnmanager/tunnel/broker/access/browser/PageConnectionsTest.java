package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an answer costs on its way: turns of a thread, and writes. */
class PageConnectionsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String PAGE =
            "HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + "x".repeat(1024);

    @Test
    void an_answer_that_came_at_once_is_sent_at_once() throws Exception {
        try (RawPage page = RawPage.answering(PAGE);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            for (int i = 1; i <= 5; i++) {
                browser.ask("GET /" + i);
                assertThat(browser.text(browser.head())).hasSize(1024);
                assertThat(world.flushes.count).hasValue(i);
            }
        }
    }

    @Test
    void a_head_without_a_body_yet_is_not_kept_waiting() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                            goOn.await();
                            line.write("hello");
                            line.in.read();
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            String head = browser.head();
            goOn.countDown();

            assertThat(browser.text(head)).isEqualTo("hello");
            assertThat(world.flushes.count).hasValue(2);
        }
    }

    @Test
    void an_answer_that_nobody_asked_for_is_nobody_s() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        String asked = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nasked";
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            goOn.await();
                            line.write(asked + asked.replace("asked", "extra"));
                            line.in.read();
                        });
                RelayWorld world =
                        RelayWorld.before(page, new RelayWorld.Limits(LONG, LONG, 1, 5));
                RawBrowser first = world.browser();
                RawBrowser next = world.browser();
                RawBrowser later = world.browser()) {
            first.ask("GET /1");
            await().until(() -> world.relay.underWay() == 1);
            next.ask("GET /2");
            await().until(() -> world.relay.underWay() == 2);
            goOn.countDown();

            assertThat(first.text(first.head())).isEqualTo("asked");
            assertThat(next.text(next.head())).isEqualTo("asked");
            assertThat(page.connections()).isEqualTo(2);
            later.ask("GET /3");
            assertThat(later.text(later.head())).isEqualTo("asked");
        }
    }

    @Test
    void whoever_asks_gets_a_connection_of_its_own_event_loop() throws Exception {
        try (RawPage page = RawPage.answering(PAGE);
                RelayWorld world = RelayWorld.before(page)) {
            List<ContextInternal> loops = twoLoops(world);
            Set<PageConnection> given = new HashSet<>();
            for (int round = 0; round < 3; round++) {
                for (ContextInternal loop : loops) {
                    Fake asker = new Fake();
                    PageConnection connection = asker.ask(world, loop);
                    given.add(connection);

                    assertThat(connection.loop()).isSameAs(loop.nettyEventLoop());
                    assertThat(asker.thread).isTrue();
                    loop.runOnContext(there -> connection.unused());
                }
            }

            assertThat(given).hasSize(2);
        }
    }

    @Test
    void an_idle_one_of_another_event_loop_makes_room() throws Exception {
        try (RawPage page = RawPage.answering(PAGE);
                RelayWorld world =
                        RelayWorld.before(page, new RelayWorld.Limits(LONG, LONG, 1, 1))) {
            List<ContextInternal> loops = twoLoops(world);
            PageConnection first = new Fake().ask(world, loops.getFirst());
            loops.getFirst().runOnContext(there -> first.unused());
            await().until(() -> page.openConnections() == 1);

            PageConnection second = new Fake().ask(world, loops.getLast());

            assertThat(second.loop()).isSameAs(loops.getLast().nettyEventLoop());
            assertThat(first.isOpen()).isFalse();
            await().until(() -> page.openConnections() == 1);

            Fake waits = new Fake();
            loops.getFirst().runOnContext(there -> world.relay.reading().ask(waits, loops.get(0)));
            Fake tooMany = new Fake();
            loops.getFirst()
                    .runOnContext(there -> world.relay.reading().ask(tooMany, loops.get(0)));
            assertThat(tooMany.refusals.poll(10, TimeUnit.SECONDS))
                    .isInstanceOf(ConnectionPoolTooBusyException.class);
            loops.getLast().runOnContext(there -> second.unused());

            PageConnection third = waits.given.poll(10, TimeUnit.SECONDS);
            assertThat(third).isNotNull();
            assertThat(third.loop()).isSameAs(loops.getFirst().nettyEventLoop());
        }
    }

    private static List<ContextInternal> twoLoops(RelayWorld world) {
        VertxInternal vertx = (VertxInternal) world.vertx;
        ContextInternal one = vertx.createEventLoopContext();
        ContextInternal other = vertx.createEventLoopContext();
        assertThat(other.nettyEventLoop()).isNotSameAs(one.nettyEventLoop());
        return List.of(one, other);
    }

    /** Asks for a connection and nothing on it. */
    private static final class Fake implements Asker {
        final BlockingQueue<PageConnection> given = new LinkedBlockingQueue<>();
        final BlockingQueue<Throwable> refusals = new LinkedBlockingQueue<>();
        volatile boolean thread;

        PageConnection ask(RelayWorld world, ContextInternal loop) throws InterruptedException {
            loop.runOnContext(there -> world.relay.reading().ask(this, loop));
            PageConnection connection = given.poll(10, TimeUnit.SECONDS);
            assertThat(connection).isNotNull();
            return connection;
        }

        @Override
        public void connected(PageConnection connection) {
            thread = connection.loop().inEventLoop();
            given.add(connection);
        }

        @Override
        public void unconnected(Throwable cause) {
            refusals.add(cause);
        }

        @Override
        public void leaveGiven() {}

        @Override
        public void answered(int status, String words, MultiMap headers) {}

        @Override
        public void part(Buffer bytes) {}

        @Override
        public void pause() {}

        @Override
        public void whole(MultiMap trailers) {}

        @Override
        public void room() {}

        @Override
        public void broken(Throwable cause) {}
    }
}
