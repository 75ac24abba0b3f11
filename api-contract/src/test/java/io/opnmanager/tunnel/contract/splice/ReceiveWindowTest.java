package io.opnmanager.tunnel.contract.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ReceiveWindowTest {

    private static final int FIRST = 256 * 1024;
    private static final int MOST = 16 << 20;
    private static final long MILLI = 1_000_000;

    private final Allowance process = Allowance.of(64 << 20);
    private long now = 1;

    /** As much as the window is, again and again, each time after so many milliseconds. */
    private void pass(ReceiveWindow window, int times, int millis) throws IOException {
        int open = window.size();
        for (int i = 0; i < times; i++) {
            window.arrived(open);
            now += millis * MILLI;
            open = window.delivered(open, 0, now);
        }
    }

    @Test
    void it_grows_to_its_most_while_bytes_are_delivered_as_fast_as_they_come() throws Exception {
        for (int path : new int[] {1, 20, 80, 160}) {
            ReceiveWindow window = new ReceiveWindow(FIRST, MOST, process);
            pass(window, 12, path);
            assertThat(window.size()).isEqualTo(MOST);
            window.close();
        }
        assertThat(process.taken()).isZero();
    }

    @Test
    void it_stays_small_while_bytes_are_delivered_slowly() throws Exception {
        ReceiveWindow window = new ReceiveWindow(FIRST, MOST, process);
        pass(window, 50, 1_000);
        assertThat(window.size()).isEqualTo(FIRST);
        assertThat(process.taken()).isZero();
    }

    @Test
    void it_stays_small_while_bytes_wait() throws Exception {
        ReceiveWindow window = new ReceiveWindow(FIRST, MOST, process);
        window.arrived(FIRST);
        int waiting = FIRST;
        for (int i = 0; i < 50; i++) {
            now += MILLI;
            int grant = window.delivered(FIRST / 4, waiting - FIRST / 4, now);
            window.arrived(grant);
            waiting = waiting - FIRST / 4 + grant;
        }
        assertThat(window.size()).isEqualTo(FIRST);
    }

    @Test
    void it_shrinks_and_gives_its_allowance_back_when_delivery_becomes_slow() throws Exception {
        ReceiveWindow window = new ReceiveWindow(FIRST, MOST, process);
        pass(window, 12, 1);
        assertThat(process.taken()).isEqualTo(MOST - FIRST);

        for (int i = 0; i < 2_000; i++) {
            now += 100 * MILLI;
            window.arrived(64 * 1024);
            var _ = window.delivered(64 * 1024, 0, now);
        }
        assertThat(window.size()).isLessThan(2 << 20);
        assertThat(process.taken()).isEqualTo(window.size() - FIRST);
    }

    @Test
    void all_windows_of_a_line_and_all_of_a_process_are_bounded_together() throws Exception {
        Allowance line = process.part(4 << 20);
        for (int i = 0; i < 100; i++) {
            pass(new ReceiveWindow(FIRST, MOST, line), 12, 1);
        }
        assertThat(line.taken()).isBetween(2L << 20, 4L << 20);
        for (int i = 0; i < 100; i++) {
            pass(new ReceiveWindow(FIRST, MOST, process.part(4 << 20)), 12, 1);
        }
        assertThat(process.taken()).isBetween(60L << 20, 64L << 20);
    }

    @Test
    void a_peer_that_sends_more_than_its_window_is_refused() throws Exception {
        ReceiveWindow window = new ReceiveWindow(FIRST, MOST, process);
        window.arrived(FIRST - 10);
        assertThatThrownBy(() -> window.arrived(11))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "the peer sent more than its window: wanted at most 10 bytes, found 11");
    }
}
