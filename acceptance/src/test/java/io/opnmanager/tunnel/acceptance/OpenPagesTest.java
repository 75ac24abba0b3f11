package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Pages that are open and do something by themselves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenPagesTest {

    private static final Duration IDLE = Duration.ofSeconds(6);
    private static final String TAB = "a-window-that-is-open";

    private World world;
    private SocketPage sockets;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("open-pages")
                        .with("opnmanager.access.console-url", "https://console.test")
                        .with("opnmanager.access.session-url", "https://*.sessions.test")
                        .with("opnmanager.request.idle", "6s")
                        .start();
        sockets = world.with(SocketPage.start());
        world.addFirewall("firewall-1", "127.0.0.1:" + sockets.port());
    }

    @AfterAll
    void end() {
        world.close();
    }

    /** Reads until so many events have come. */
    private static void events(InputStream in, int count) throws IOException {
        StringBuilder seen = new StringBuilder();
        byte[] some = new byte[1_024];
        while (seen.toString().split("data: tick", -1).length - 1 < count) {
            int read = in.read(some);
            assertThat(read).as("an event stream that goes on").isPositive();
            seen.append(new String(some, 0, read, StandardCharsets.UTF_8));
        }
    }

    @Test
    void an_event_stream_alone_does_not_keep_a_session_from_being_idle() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        SessionDoor door = SessionDoor.of(world, active);
        HandBrowser browser = door.entered();
        try (Socket stream = browser.begin(door.host(), "GET /events")) {
            events(stream.getInputStream(), 4);
            assertThat(door.beat(browser, TAB).status()).isEqualTo(204);

            JsonNode ended =
                    world.assertEnds(active, "disconnected", "idle", Duration.ofSeconds(20));

            assertThat(World.activeFor(ended)).isGreaterThanOrEqualTo(IDLE);
            HandBrowser.untilCut(stream);
        }
        world.assertNothingLeft(active);
    }

    @Test
    void a_page_that_is_used_is_not_idle() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        SessionDoor door = SessionDoor.of(world, active);
        HandBrowser browser = door.entered();

        for (int second = 0; second < 9; second++) {
            assertThat(browser.get(door.host(), "/").status()).isEqualTo(200);
            Thread.sleep(1_000);
        }

        assertThat(world.operator().request(door.request()).path("status").asText())
                .isEqualTo("active");
        world.operator().close(door.request());
        world.assertNothingLeft(active);
    }

    @Test
    void what_still_flows_is_cut_when_the_session_ends() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        SessionDoor door = SessionDoor.of(world, active);
        HandBrowser browser = door.entered();
        try (Socket stream = browser.begin(door.host(), "GET /events")) {
            events(stream.getInputStream(), 2);

            world.operator().close(door.request());
            // By itself it would go on: a tick each while, for ever.
            HandBrowser.untilCut(stream);
        }
        world.assertNothingLeft(active);
    }

    @Test
    void what_is_larger_than_the_api_takes_goes_through_unchanged() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        SessionDoor door = SessionDoor.of(world, active);
        HandBrowser browser = door.entered();
        String body = "0123456789abcdef".repeat(200_000);

        HandBrowser.Seen echoed =
                browser.post(door.host(), "/echo", body, "Sec-Fetch-Site: same-origin");

        assertThat(echoed.status()).isEqualTo(200);
        assertThat(echoed.body()).isEqualTo(body);
        world.operator().close(door.request());
        world.assertNothingLeft(active);
    }

    @Test
    void a_websocket_goes_through_and_is_cut_when_the_session_ends() throws Exception {
        JsonNode active =
                world.openActive(
                        OperatorClient.object()
                                .put("firewall_id", world.firewall().id())
                                .put("target", "http://localhost:" + sockets.port()));
        SessionDoor door = SessionDoor.of(world, active);
        HandBrowser browser = door.entered();
        try (Socket foreign = upgrade(browser, door.host(), "Origin: https://elsewhere.test");
                Socket nameless = upgrade(browser, door.host(), "X-Origin: none");
                Socket own = upgrade(browser, door.host(), "Origin: https://" + door.host())) {
            assertThat(HandBrowser.head(foreign)).startsWith("HTTP/1.1 403 ");
            assertThat(HandBrowser.head(nameless)).startsWith("HTTP/1.1 403 ");
            assertThat(HandBrowser.head(own))
                    .startsWith("HTTP/1.1 101 ")
                    .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            own.getOutputStream().write("said and said back".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(own.getInputStream().readNBytes(18), StandardCharsets.US_ASCII))
                    .isEqualTo("said and said back");

            world.operator().close(door.request());

            HandBrowser.untilCut(own);
        }
        assertThat(sockets.heads())
                .filteredOn(head -> head.contains("/socket"))
                .hasSize(1)
                .allSatisfy(head -> assertThat(head).doesNotContain("opnmanager"));
        world.assertNothingLeft(active);
    }

    private static Socket upgrade(HandBrowser browser, String host, String origin)
            throws IOException {
        return browser.begin(
                host,
                "GET /socket",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                origin);
    }
}
