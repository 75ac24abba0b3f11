package io.opnmanager.tunnel.benchmarks.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameTest {

    private static final int IP = 10;
    private static final int TCP = IP + 20;
    private static final int DATA = TCP + 32;
    private static final int SEGMENT = 100;
    private static final int SEQUENCE = 0xffff_ff9c;
    private static final byte ACK_PSH_FIN = 0x19;
    private static final byte ACK = 0x10;

    private final byte[] part = new byte[TunDevice.LARGEST];

    /** A frame of 250 bytes of data, which count up, in segments of 100. */
    private static byte[] frame() {
        byte[] bytes = new byte[DATA + 250];
        ByteBuffer at = ByteBuffer.wrap(bytes);
        at.order(ByteOrder.nativeOrder());
        at.put((byte) 1).put((byte) 1).putShort((short) 52).putShort((short) SEGMENT);
        at.putShort((short) 20).putShort((short) 16);
        at.order(ByteOrder.BIG_ENDIAN);
        at.put((byte) 0x45).put((byte) 0).putShort((short) (bytes.length - IP));
        at.putShort((short) 0xffff).putShort((short) 0x4000).put((byte) 64).put((byte) 6);
        at.putShort((short) 0).putInt(0x0ad50001).putInt(0x0ad50002);
        at.putShort((short) 5001).putShort((short) 40_000).putInt(SEQUENCE).putInt(7);
        at.put((byte) 0x80).put(ACK_PSH_FIN).putShort((short) 500).putInt(0);
        for (int data = DATA; data < bytes.length; data++) {
            bytes[data] = (byte) (data - DATA);
        }
        return bytes;
    }

    private ByteBuffer part(int first, int end) {
        int length =
                new Frame(MemorySegment.ofArray(frame()))
                        .part(first, end, MemorySegment.ofArray(part));
        return ByteBuffer.wrap(part, 0, length).slice();
    }

    /** RFC 1071: a header with a right checksum sums to this. */
    private static int sum(ByteBuffer bytes, int from, int to) {
        int sum = 0;
        for (int at = from; at < to; at += 2) {
            sum += Short.toUnsignedInt(bytes.getShort(at));
        }
        return (sum & 0xffff) + (sum >> 16);
    }

    private static byte[] data(ByteBuffer frame) {
        byte[] bytes = new byte[frame.limit() - DATA];
        var _ = frame.get(DATA, bytes);
        return bytes;
    }

    private static byte[] counting(int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = (byte) (from + at);
        }
        return bytes;
    }

    @Test
    void a_large_segment_stands_for_as_many_packets_as_its_data_makes() {
        assertThat(new Frame(MemorySegment.ofArray(frame())).packets()).isEqualTo(3);
    }

    @Test
    void a_frame_without_a_segment_size_is_one_packet() {
        byte[] plain = frame();
        Arrays.fill(plain, 0, IP, (byte) 0);
        assertThat(new Frame(MemorySegment.ofArray(plain)).packets()).isOne();
    }

    @Test
    void the_packets_before_a_lost_one_stay_a_large_segment_that_does_not_end_the_stream() {
        ByteBuffer frame = part(0, 2);

        assertThat(data(frame)).isEqualTo(counting(0, 200));
        assertThat(frame.get(1)).as("segmented").isOne();
        assertThat(frame.order(ByteOrder.nativeOrder()).getShort(4)).isEqualTo((short) SEGMENT);
        frame.order(ByteOrder.BIG_ENDIAN);
        assertThat(frame.getShort(IP + 2)).as("length").isEqualTo((short) (20 + 32 + 200));
        assertThat(frame.getShort(IP + 4)).as("id").isEqualTo((short) 0xffff);
        assertThat(frame.getInt(TCP + 4)).as("sequence").isEqualTo(SEQUENCE);
        assertThat(frame.get(TCP + 13)).as("flags").isEqualTo(ACK);
        assertThat(sum(frame, IP, TCP)).as("IP checksum").isEqualTo(0xffff);
    }

    @Test
    void the_last_packet_after_a_lost_one_is_whole_by_itself() {
        ByteBuffer frame = part(2, 3);

        assertThat(data(frame)).isEqualTo(counting(200, 250));
        assertThat(frame.get(1)).as("not segmented").isZero();
        assertThat(frame.getShort(4)).as("segment size").isZero();
        assertThat(frame.getShort(IP + 2)).as("length").isEqualTo((short) (20 + 32 + 50));
        assertThat(frame.getShort(IP + 4)).as("id").isEqualTo((short) 1);
        assertThat(frame.getInt(TCP + 4)).as("sequence, which begins anew at 2^32").isEqualTo(100);
        assertThat(frame.get(TCP + 13)).as("flags").isEqualTo(ACK_PSH_FIN);
        assertThat(sum(frame, IP, TCP)).as("IP checksum").isEqualTo(0xffff);
        // 10.213.0.1 and 10.213.0.2, protocol 6, 82 bytes.
        int pseudo = 0x0ad5 + 0x0001 + 0x0ad5 + 0x0002 + 6 + 82;
        assertThat(Short.toUnsignedInt(frame.getShort(TCP + 16))).isEqualTo(pseudo);
    }
}
