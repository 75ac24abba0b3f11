package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Loopback;
import java.io.IOException;

/**
 * Ports in a row that a broker may give to tunnels.
 *
 * @param first of them
 * @param last of them
 */
record PortRange(int first, int last) {

    /** Above those of {@link Loopback#freePort}. */
    private static final int LOWEST = 20_000;

    /** Below what kernels give to outgoing connections (ip_local_port_range). */
    private static final int LIMIT = 32_000;

    /** On which nobody listens now; begins elsewhere in each of the processes that test. */
    static PortRange free(int size) throws IOException {
        int slots = (LIMIT - LOWEST) / size;
        int begin = slots * Loopback.PART / Loopback.PARTS;
        for (int i = 0; i < slots; i++) {
            int first = LOWEST + (begin + i) % slots * size;
            var range = new PortRange(first, first + size - 1);
            if (Loopback.listeners(range.first, range.last).isEmpty()) {
                return range;
            }
        }
        throw new IOException("no " + size + " ports in a row are free");
    }

    void assertNoListener() throws IOException {
        assertThat(Loopback.listeners(first, last)).as("listeners left").isEmpty();
    }
}
