package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BandwidthTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long RATE = 1_000_000;

    @Test
    void over_ten_seconds_as_much_goes_as_was_said() {
        Bandwidth bandwidth = new Bandwidth(RATE);
        long begin = System.nanoTime();
        long now = begin;
        long bytes = 0;
        while (now < begin + 10 * SECOND) {
            now += Math.max(0, bandwidth.reserve(32_768, now));
            bytes += 32_768;
        }
        assertThat(bytes).isCloseTo(10 * RATE, withPercentage(2));
    }

    @Test
    void two_that_ask_at_once_wait_one_after_the_other() {
        Bandwidth bandwidth = new Bandwidth(RATE);
        long now = System.nanoTime() + SECOND;
        bandwidth.reserve(1_000_000, now);

        long first = bandwidth.reserve(500_000, now);
        long second = bandwidth.reserve(500_000, now);

        assertThat(second - first).isEqualTo(SECOND / 2);
    }

    @Test
    void a_pause_saves_little_for_later() {
        Bandwidth bandwidth = new Bandwidth(RATE);
        long now = System.nanoTime() + 60 * SECOND;
        bandwidth.reserve(1_000_000, now);

        assertThat(bandwidth.reserve(1, now)).isBetween(SECOND - SECOND / 10, SECOND);
    }
}
