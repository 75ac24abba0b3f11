package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopbackTest {

    @Test
    void a_free_port_is_given_once_and_is_none_that_the_system_gives_away() throws Exception {
        Set<Integer> given = new HashSet<>();
        try (ServerSocket anywhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 500; i++) {
                int port = Loopback.freePort();
                assertThat(given.add(port)).as("the first time: %d", port).isTrue();
                assertThat(port).isLessThan(anywhere.getLocalPort());
            }
        }
        int one = given.iterator().next();
        assertThat(Loopback.isListening(one)).isFalse();
        try (ServerSocket _ = new ServerSocket(one, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Loopback.isListening(one)).isTrue();
        }
    }
}
