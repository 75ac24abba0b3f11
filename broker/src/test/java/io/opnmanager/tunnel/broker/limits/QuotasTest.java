package io.opnmanager.tunnel.broker.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QuotasTest {

    private final Quotas quotas = new Quotas(2);

    @Test
    void the_maximum_may_enter_and_no_more() {
        assertThat(quotas.enter("a")).isTrue();
        assertThat(quotas.enter("a")).isTrue();
        assertThat(quotas.enter("a")).isFalse();
        assertThat(quotas.inside("a")).isEqualTo(2);
    }

    @Test
    void who_leaves_makes_room() {
        quotas.enter("a");
        quotas.enter("a");
        quotas.leave("a");
        assertThat(quotas.enter("a")).isTrue();
    }

    @Test
    void a_key_that_nobody_is_in_costs_no_memory() {
        quotas.enter("a");
        quotas.leave("a");
        quotas.leave("a");
        assertThat(quotas.keys()).isZero();
        assertThat(quotas.inside("a")).isZero();
    }

    @Test
    void many_threads_never_exceed_the_maximum_and_leave_nothing_behind() throws Exception {
        Quotas shared = new Quotas(7);
        AtomicInteger entered = new AtomicInteger();
        CountDownLatch decided = new CountDownLatch(200);
        List<Future<?>> visits = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                visits.add(
                        threads.submit(() -> {
                            boolean in = shared.enter("a");
                            decided.countDown();
                            decided.await();
                            if (in) {
                                entered.incrementAndGet();
                                shared.leave("a");
                            }
                            return in;
                        }));
            }
        }
        for (Future<?> visit : visits) {
            visit.get();
        }
        assertThat(entered).hasValue(7);
        assertThat(shared.keys()).isZero();
    }
}
