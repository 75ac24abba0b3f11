package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A session lives as long as a window of it is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WindowsTest {

    private static final Duration WINDOW_GONE = Duration.ofSeconds(12);
    private static final String FIRST = "first-window-of-it";
    private static final String SECOND = "second-window-of-it";

    private World world;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("windows")
                        .with("opnmanager.access.console-url", "https://console.test")
                        .with("opnmanager.access.session-url", "https://*.sessions.test")
                        .with("opnmanager.request.window-gone", "12s")
                        .firewalls(1)
                        .start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    private record Inside(JsonNode active, SessionDoor door, HandBrowser browser) {}

    private Inside inside() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        SessionDoor door = SessionDoor.of(world, active);
        return new Inside(active, door, door.entered());
    }

    @Test
    void the_farewell_of_the_last_window_ends_it_within_five_seconds() throws Exception {
        Inside in = inside();
        in.door().beat(in.browser(), FIRST);
        in.door().beat(in.browser(), SECOND);

        in.door().farewell(in.browser(), FIRST);
        Thread.sleep(4_000);
        assertThat(in.door().beat(in.browser(), SECOND).status())
                .as("the other window is still there")
                .isEqualTo(204);
        in.door().farewell(in.browser(), SECOND);

        // Sooner than silence would end it.
        world.assertEnds(in.active(), "disconnected", "window_gone", WINDOW_GONE.minusSeconds(2));
        world.assertNothingLeft(in.active());
        assertThat(in.door().beat(in.browser(), SECOND).status()).isEqualTo(410);
        assertThat(world.operator().metric("opnmanager_access_presence_ends_total")).isPositive();
        assertThat(world.operator().metric("opnmanager_access_sessions")).isZero();
    }

    @Test
    void going_to_another_page_ends_nothing() throws Exception {
        Inside in = inside();
        for (int page = 0; page < 10; page++) {
            String tab = "window-on-its-page-" + page;
            assertThat(in.door().beat(in.browser(), tab).status()).isEqualTo(204);
            assertThat(in.door().farewell(in.browser(), tab).status()).isEqualTo(204);
            Thread.sleep(500);
        }
        assertThat(in.door().beat(in.browser(), "window-at-the-end-of-it").status()).isEqualTo(204);
        assertThat(world.operator().request(in.door().request()).path("status").asText())
                .isEqualTo("active");
        world.operator().close(in.door().request());
    }

    @Test
    void windows_that_fall_silent_end_it_after_the_window_limit_and_not_before() throws Exception {
        Inside in = inside();
        long silent = 0;
        for (int second = 0; second < 14; second++) {
            silent = System.nanoTime();
            in.door().beat(in.browser(), FIRST);
            Thread.sleep(1_000);
        }
        assertThat(world.operator().request(in.door().request()).path("status").asText())
                .as("held by its window for longer than the limit")
                .isEqualTo("active");
        JsonNode ended =
                world.assertEnds(
                        in.active(),
                        "disconnected",
                        "window_gone",
                        WINDOW_GONE.plus(Eventually.SOON));

        assertThat(Duration.ofNanos(System.nanoTime() - silent))
                .isGreaterThanOrEqualTo(WINDOW_GONE);
        assertThat(ended.path("end_reason").asText()).isEqualTo("window_gone");
        world.assertNothingLeft(in.active());
    }

    @Test
    void one_who_was_let_in_and_never_shows_a_window_does_not_hold_it() throws Exception {
        Inside in = inside();

        world.assertEnds(
                in.active(), "disconnected", "window_gone", WINDOW_GONE.plus(Eventually.SOON));
    }

    @Test
    void a_broker_that_is_killed_leaves_no_session() throws Exception {
        Inside in = inside();
        assertThat(in.door().beat(in.browser(), FIRST).status()).isEqualTo(204);

        world.broker().program().kill();
        world.broker().start();

        // A new process knows neither the browser nor the host. The row says what became of it: a
        // restart, or, when that took long, no sign of a window meanwhile.
        Eventually.within(
                Eventually.SOON,
                () -> {
                    var seen = in.browser().get(in.door().host(), "/");
                    assertThat(seen.status()).isEqualTo(410);
                    assertThat(seen.body()).contains("The session has ended");
                });
        assertThat(in.door().beat(in.browser(), FIRST).status()).isEqualTo(410);
        assertThat(world.operator().metric("opnmanager_access_sessions")).isZero();
        Eventually.within(
                Duration.ofSeconds(60),
                () ->
                        assertThat(
                                        world.operator()
                                                .firewall(world.firewall().id())
                                                .path("online")
                                                .asBoolean())
                                .isTrue());
    }
}
