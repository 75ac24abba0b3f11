package io.opnmanager.tunnel.tunnelctl.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    @Test
    void the_ceiling_doubles_up_to_the_longest_and_starts_small_again() {
        Backoff backoff = new Backoff(FIRST, LONGEST);
        Duration ceiling = FIRST;
        for (int attempt = 0; attempt < 50; attempt++) {
            assertThat(backoff.next()).isBetween(Duration.ZERO, ceiling);
            ceiling =
                    ceiling.multipliedBy(2).compareTo(LONGEST) < 0
                            ? ceiling.multipliedBy(2)
                            : LONGEST;
        }
        backoff.reset();
        assertThat(backoff.next()).isBetween(Duration.ZERO, FIRST);
    }

    @Test
    void waits_are_spread_over_the_whole_range() {
        Set<Long> tenths = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            tenths.add(new Backoff(FIRST, LONGEST).next().toMillis() / 10);
        }
        assertThat(tenths).hasSizeGreaterThanOrEqualTo(10);
    }
}
