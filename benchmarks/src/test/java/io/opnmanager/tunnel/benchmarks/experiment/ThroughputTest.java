package io.opnmanager.tunnel.benchmarks.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThroughputTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void a_sample_is_as_many_whole_mib_a_stream_as_go_through_in_its_time() {
        assertThat(Throughput.wholeMib(1000.0 * MIB, Duration.ofMillis(700), 1))
                .isEqualTo(700 * MIB);
        assertThat(Throughput.wholeMib(1000.0 * MIB, Duration.ofMillis(700), 8))
                .isEqualTo(88 * 8 * MIB);
        assertThat(Throughput.wholeMib(1, Duration.ofMillis(700), 8)).isEqualTo(8 * MIB);
    }
}
