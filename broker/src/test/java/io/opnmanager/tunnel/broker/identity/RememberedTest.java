package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RememberedTest {

    private final Remembered<String, Integer> remembered =
            new Remembered<>(2, Duration.ofMinutes(1));

    @Test
    void what_was_put_is_found_until_its_time_is_over() throws InterruptedException {
        remembered.put("a", 1, Duration.ofMinutes(1), remembered.generation());
        remembered.put("b", 2, Duration.ofMillis(1), remembered.generation());
        Thread.sleep(5);
        assertThat(remembered.find("a")).isEqualTo(1);
        assertThat(remembered.find("b")).isNull();
    }

    @Test
    void the_oldest_makes_room() {
        for (int i = 0; i < 3; i++) {
            remembered.put("" + i, i, Duration.ofMinutes(1), remembered.generation());
        }
        assertThat(remembered.find("0")).isNull();
        assertThat(remembered.find("1")).isEqualTo(1);
        assertThat(remembered.find("2")).isEqualTo(2);
    }

    @Test
    void what_was_looked_up_before_something_was_forgotten_is_not_remembered() {
        long before = remembered.generation();
        remembered.forget((key, value) -> key.equals("a"));
        remembered.put("a", 1, Duration.ofMinutes(1), before);
        assertThat(remembered.find("a")).isNull();
    }
}
