package io.opnmanager.tunnel.contract.line;

import java.nio.ByteBuffer;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BaseCipher;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/**
 * AES-GCM of RFC 5647, as the library has it but for how a packet is decrypted. In place the JDK
 * takes a new array as large as the whole receive buffer for each packet, be it a keystroke; from a
 * copy of the packet it takes none.
 */
final class AesGcm extends BaseCipher {

    /** What a packet may have at the most (the library's own bound), and a tag. */
    private static final int MOST = 256 * 1024 + 16;

    /** Lines are many, threads that decrypt are few. */
    private static final ThreadLocal<byte[]> ENCRYPTED =
            ThreadLocal.withInitial(() -> new byte[MOST]);

    /** Where the counter of packets is in the nonce (RFC 5647 §7.1). */
    private static final int COUNTER = 4;

    private byte[] nonce = new byte[0];
    private long first;
    private @Nullable SecretKey key;
    private boolean begun;

    private AesGcm(BuiltinCiphers like) {
        super(
                like.getIVSize(),
                like.getAuthenticationTagSize(),
                like.getKdfSize(),
                like.getAlgorithm(),
                like.getKeySize(),
                like.getTransformation(),
                like.getCipherBlockSize());
    }

    /** The same algorithm, name and limits. */
    static NamedFactory<Cipher> like(BuiltinCiphers cipher) {
        return new NamedFactory<>() {
            @Override
            public String getName() {
                return cipher.getName();
            }

            @Override
            public Cipher create() {
                return new AesGcm(cipher);
            }
        };
    }

    @Override
    protected javax.crypto.Cipher createCipherInstance(Mode mode, byte[] key, byte[] nonce)
            throws Exception {
        this.mode = mode;
        this.key = new SecretKeySpec(key, getAlgorithm());
        this.nonce = nonce.clone();
        this.first = ByteBuffer.wrap(nonce).getLong(COUNTER);
        return SecurityUtils.getCipher(getTransformation());
    }

    private javax.crypto.Cipher begun() throws Exception {
        javax.crypto.Cipher cipher = getCipherInstance();
        if (!begun) {
            cipher.init(
                    mode == Mode.Encrypt
                            ? javax.crypto.Cipher.ENCRYPT_MODE
                            : javax.crypto.Cipher.DECRYPT_MODE,
                    key,
                    new GCMParameterSpec(getAuthenticationTagSize() * Byte.SIZE, nonce));
            begun = true;
        }
        return cipher;
    }

    @Override
    public void updateAAD(byte[] data, int from, int length) throws Exception {
        begun().updateAAD(data, from, length);
    }

    @Override
    public void update(byte[] packet, int from, int length) throws Exception {
        if (mode == Mode.Encrypt) {
            var _ = begun().doFinal(packet, from, length, packet, from);
        } else {
            int all = length + getAuthenticationTagSize();
            byte[] encrypted = all > MOST ? new byte[all] : ENCRYPTED.get();
            System.arraycopy(packet, from, encrypted, 0, all);
            var _ = begun().doFinal(encrypted, 0, all, packet, from);
        }
        count();
    }

    /** A nonce is never used twice with a key. */
    private void count() {
        ByteBuffer counter = ByteBuffer.wrap(nonce);
        long next = counter.getLong(COUNTER) + 1;
        if (next == first) {
            throw new IllegalStateException("the packets of a key are used up");
        }
        counter.putLong(COUNTER, next);
        begun = false;
    }
}
