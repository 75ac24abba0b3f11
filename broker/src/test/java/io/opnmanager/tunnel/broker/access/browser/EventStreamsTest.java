package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventStreamsTest {

    @Test
    void an_event_arrives_before_the_next_is_sent_and_silence_is_allowed() throws Exception {
        SynchronousQueue<String> events = new SynchronousQueue<>();
        AtomicInteger source = new AtomicInteger();
        try (RawPage page =
                        RawPage.start(line -> {
                            source.set(line.socket.getPort());
                            line.readHead();
                            line.write(
                                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
                            while (true) {
                                String event = events.take();
                                line.write(
                                        Integer.toHexString(event.length())
                                                + "\r\n"
                                                + event
                                                + "\r\n");
                            }
                        });
                RelayWorld world =
                        RelayWorld.before(
                                page,
                                new RelayWorld.Limits(
                                        Duration.ofSeconds(3), Duration.ofSeconds(3), 64, 1_000))) {
            try (RawBrowser browser = world.browser()) {
                browser.ask("GET /events", "Accept: text/event-stream");
                assertThat(browser.head()).containsIgnoringCase("x-accel-buffering: no\r\n");
                for (int i = 0; i < 2; i++) {
                    events.put("data: " + i + "\n\n");
                    RawPage.Http.readLine(browser.in);
                    assertThat(RawPage.Http.readLine(browser.in)).isEqualTo("data: " + i);
                    RawPage.Http.readLine(browser.in);
                    RawPage.Http.readLine(browser.in);
                    // Longer than any answer may be silent.
                    Thread.sleep(3_200);
                }
                assertThat(world.told.streams).containsExactly(source.get());
                assertThat(world.told.openStreams).hasValue(1);
            }

            await().atMost(Duration.ofSeconds(15)).until(() -> world.told.openStreams.get() == 0);
            await().atMost(Duration.ofSeconds(15)).until(() -> world.relay.underWay() == 0);
        }
    }

    @Test
    void a_stream_counts_again_when_it_is_over() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write(
                                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
                            end.await();
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /events");
            String head = browser.head();
            assertThat(world.told.openStreams).hasValue(1);
            end.countDown();

            assertThat(browser.text(head)).isEqualTo("data: 1\n\n");
            assertThat(world.told.openStreams).hasValue(0);
        }
    }
}
