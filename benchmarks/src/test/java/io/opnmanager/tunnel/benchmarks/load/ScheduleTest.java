package io.opnmanager.tunnel.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

    private static final long BEGIN = -12_345;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100, 997, 5_000})
    void it_does_not_drift(int perSecond) {
        Schedule schedule = new Schedule(BEGIN, perSecond);

        assertThat(schedule.due(0)).isEqualTo(BEGIN);
        assertThat(schedule.due(3600 * perSecond)).isEqualTo(BEGIN + 3_600_000_000_000L);
        assertThat(schedule.within(Duration.ofHours(1))).isEqualTo(3600 * perSecond);
    }

    @Test
    void nobody_is_let_go_before_the_time() {
        Schedule schedule = new Schedule(System.nanoTime(), 1_000);

        schedule.await(5);

        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(schedule.due(5));
    }

    @Test
    void who_is_late_does_not_wait_for_the_next_turn() {
        Schedule schedule = new Schedule(System.nanoTime() - 10_000_000_000L, 1);

        schedule.await(9);

        assertThat(System.nanoTime()).isLessThan(schedule.due(20));
    }
}
