package io.opnmanager.tunnel.broker.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RatesTest {

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final Rates rates = new Rates(3, Duration.ofSeconds(2), 4, clock::get);

    @Test
    void a_full_bucket_gives_its_burst_and_then_nothing() {
        assertThat(taken("a", 5)).isEqualTo(3);
    }

    @Test
    void a_token_comes_back_after_the_refill_time_and_not_before() {
        taken("a", 3);

        pass(Duration.ofMillis(1_999));
        assertThat(rates.take("a")).isFalse();
        assertThat(rates.retryAfter("a")).isEqualTo(Duration.ofMillis(1));
        pass(Duration.ofMillis(1));
        assertThat(rates.retryAfter("a")).isZero();
        assertThat(taken("a", 2)).isEqualTo(1);
    }

    @Test
    void a_bucket_never_holds_more_than_its_burst() {
        taken("a", 3);
        pass(Duration.ofDays(1));
        assertThat(taken("a", 5)).isEqualTo(3);
    }

    @Test
    void keys_do_not_share() {
        taken("a", 3);
        assertThat(taken("b", 3)).isEqualTo(3);
    }

    @Test
    void a_token_that_is_given_back_can_be_taken_again() {
        taken("a", 3);
        rates.giveBack("a");
        assertThat(taken("a", 2)).isEqualTo(1);
    }

    @Test
    void giving_back_to_a_full_bucket_does_not_make_it_fuller() {
        rates.giveBack("a");
        rates.take("a");
        rates.giveBack("a");
        rates.giveBack("a");
        assertThat(taken("a", 5)).isEqualTo(3);
    }

    @Test
    void keys_are_bounded_and_a_full_bucket_makes_room_first() {
        taken("empty", 3);
        rates.take("quick");
        pass(Duration.ofSeconds(3));
        rates.take("c");
        rates.take("d");
        // quick is full again and makes room, although empty is older
        rates.take("e");
        assertThat(rates.keys()).isEqualTo(4);
        assertThat(taken("empty", 3)).isEqualTo(1);
    }

    @Test
    void without_a_full_bucket_the_oldest_makes_room() {
        for (String key : new String[] {"a", "b", "c", "d", "e"}) {
            taken(key, 3);
        }
        assertThat(rates.keys()).isEqualTo(4);
        assertThat(taken("b", 1)).isZero();
        assertThat(taken("a", 3)).isEqualTo(3);
    }

    @Test
    void many_threads_together_get_the_burst_and_no_more() {
        Rates shared = new Rates(100, Duration.ofDays(1), 4);
        AtomicInteger got = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 500; i++) {
                threads.execute(() -> {
                    if (shared.take("a")) {
                        got.incrementAndGet();
                    }
                });
            }
        }
        assertThat(got).hasValue(100);
    }

    private int taken(String key, int times) {
        int taken = 0;
        for (int i = 0; i < times; i++) {
            taken += rates.take(key) ? 1 : 0;
        }
        return taken;
    }

    /** The clock begins just below its overflow: only differences may count. */
    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
