package io.opnmanager.tunnel.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final double BUSY = 60;

    private int bursts;

    private void warmUp(Duration longest, Double... spent) throws Exception {
        Queue<Double> left = new ArrayDeque<>(List.of(spent));
        new WarmUp(longest, left::remove).with(() -> bursts++);
    }

    @Test
    void it_ends_when_the_compilers_were_quiet_in_three_bursts_in_a_row() throws Exception {
        warmUp(LONG, BUSY, BUSY, 0.0, 0.0, BUSY, 0.0, 0.0, 0.0);

        assertThat(bursts).isEqualTo(8);
    }

    @Test
    void it_ends_when_its_time_is_over_after_one_burst_at_least() throws Exception {
        warmUp(Duration.ZERO, BUSY);

        assertThat(bursts).isEqualTo(1);
    }

    @Test
    void work_that_fails_ends_it() {
        assertThatThrownBy(() ->
                        new WarmUp(LONG, () -> 0)
                                .with(() -> {
                                    throw new IOException("refused");
                                }))
                .hasMessage("refused");
    }
}
