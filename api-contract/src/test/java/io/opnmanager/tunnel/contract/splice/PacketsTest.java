package io.opnmanager.tunnel.contract.splice;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;

class PacketsTest {

    /** IPv6 40 bytes, TCP 20 and its timestamps 12. */
    private static final int TCP_IP = 72;

    /** Length 4, padding and its length at most 20, message and its heads 9, tag 16. */
    private static final int SSH = 49;

    @Test
    void a_packet_with_its_heads_is_one_segment_of_the_loopback_interface() throws Exception {
        int most =
                NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getMTU()
                        - TCP_IP;

        assertThat(Packets.CHUNK + SSH).isLessThanOrEqualTo(most);
        // Not much smaller, either: each costs a call.
        assertThat(Packets.CHUNK + SSH).isGreaterThan(most * 9 / 10);
    }
}
