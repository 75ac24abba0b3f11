package io.opnmanager.tunnel.contract.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.cipher.Cipher.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AesGcmTest {

    private static final int TAG = 16;
    private static final int HEAD = 4;

    private final byte[] key = random(32);
    private final byte[] nonce = random(12);

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private Cipher begun(NamedFactory<Cipher> factory, Mode mode) throws Exception {
        Cipher cipher = factory.create();
        cipher.init(mode, key, nonce);
        return cipher;
    }

    /** A packet of the length after its head, with room for the tag. */
    private static byte[] packet(int length) {
        return Arrays.copyOf(random(HEAD + length), HEAD + length + TAG);
    }

    @ParameterizedTest
    @EnumSource(names = {"aes128gcm", "aes256gcm"})
    void packets_are_those_of_the_library_both_ways(BuiltinCiphers library) throws Exception {
        NamedFactory<Cipher> ours = AesGcm.like(library);
        assertThat(ours.getName()).isEqualTo(library.getName());
        Cipher encrypts = begun(ours, Mode.Encrypt);
        Cipher theirs = begun(library, Mode.Encrypt);
        Cipher decrypts = begun(ours, Mode.Decrypt);

        for (int length : new int[] {16, 32_768, 48, 262_144, 300_000, 16}) {
            byte[] plain = packet(length);
            byte[] packet = plain.clone();
            encrypts.updateWithAAD(packet, 0, HEAD, length);
            byte[] wanted = plain.clone();
            theirs.updateWithAAD(wanted, 0, HEAD, length);
            assertThat(packet).isEqualTo(wanted);

            decrypts.updateWithAAD(packet, 0, HEAD, length);
            assertThat(Arrays.copyOf(packet, HEAD + length))
                    .isEqualTo(Arrays.copyOf(plain, HEAD + length));
        }
    }

    @Test
    void a_changed_packet_is_refused() throws Exception {
        Cipher encrypts = begun(AesGcm.like(BuiltinCiphers.aes128gcm), Mode.Encrypt);
        for (int changed : new int[] {0, HEAD, HEAD + 31, HEAD + 32, HEAD + 32 + TAG - 1}) {
            Cipher decrypts = begun(AesGcm.like(BuiltinCiphers.aes128gcm), Mode.Decrypt);
            byte[] packet = packet(32);
            encrypts.init(Mode.Encrypt, key, nonce);
            encrypts.updateWithAAD(packet, 0, HEAD, 32);
            packet[changed] ^= 1;

            assertThatThrownBy(() -> decrypts.updateWithAAD(packet, 0, HEAD, 32))
                    .as("byte %d", changed)
                    .isInstanceOf(AEADBadTagException.class);
        }
    }

    @Test
    void a_packet_that_comes_twice_is_refused() throws Exception {
        Cipher encrypts = begun(AesGcm.like(BuiltinCiphers.aes128gcm), Mode.Encrypt);
        Cipher decrypts = begun(AesGcm.like(BuiltinCiphers.aes128gcm), Mode.Decrypt);
        byte[] packet = packet(32);
        encrypts.updateWithAAD(packet, 0, HEAD, 32);
        byte[] again = packet.clone();
        decrypts.updateWithAAD(packet, 0, HEAD, 32);

        assertThatThrownBy(() -> decrypts.updateWithAAD(again, 0, HEAD, 32))
                .isInstanceOf(AEADBadTagException.class);
    }
}
