package io.opnmanager.tunnel.agent.transport;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.KEM;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.kex.DHGClient;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.digest.Digest;
import org.apache.sshd.common.kex.AbstractDH;
import org.apache.sshd.common.kex.DHFactory;
import org.apache.sshd.common.kex.KeyEncapsulationMethod;
import org.apache.sshd.common.kex.KeyExchangeFactory;
import org.apache.sshd.common.kex.MontgomeryCurve;
import org.apache.sshd.common.kex.XDH;
import org.jspecify.annotations.Nullable;

/**
 * The key exchange {@code mlkem768x25519-sha256} (draft-ietf-sshm-mlkem-hybrid-kex) with the JDK's
 * ML-KEM (FIPS 203). The library has it with Bouncy Castle's, whose signed archive is some
 * megabytes of checksums in memory as soon as one class of it is loaded.
 */
final class JdkMlKem implements DHFactory {
    private static final String NAME = "mlkem768x25519-sha256";

    /** Of ML-KEM-768, in bytes (FIPS 203, table 3). */
    private static final int PUBLIC_KEY = 1184;

    private static final int CIPHERTEXT = 1088;

    /**
     * All that the library knows, this one first, as the broker has it. Whether the others are
     * there is not asked: that alone would load them.
     */
    static List<KeyExchangeFactory> first() {
        JdkMlKem ours = new JdkMlKem();
        List<KeyExchangeFactory> all =
                new ArrayList<>(ClientBuilder.setUpDefaultKeyExchanges(false));
        if (ours.isSupported() && all.removeIf(one -> one.getName().equals(NAME))) {
            all.addFirst(DHGClient.newFactory(ours));
        }
        return all;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public boolean isGroupExchange() {
        return false;
    }

    @Override
    public boolean isSupported() {
        try {
            var _ = KEM.getInstance("ML-KEM");
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public AbstractDH create(Object... parameters) throws Exception {
        return new XDH(MontgomeryCurve.x25519, true) {
            @Override
            public Digest getHash() {
                return BuiltinDigests.sha256.create();
            }

            @Override
            public KeyEncapsulationMethod getKeyEncapsulation() {
                return new Encapsulation();
            }
        };
    }

    /** For one exchange, from this end. */
    private static final class Encapsulation
            implements KeyEncapsulationMethod, KeyEncapsulationMethod.Client {
        private @Nullable KeyPair pair;

        @Override
        public Client getClient() {
            return this;
        }

        @Override
        public Server getServer() {
            throw new UnsupportedOperationException("an agent is no server");
        }

        @Override
        public void init() {
            try {
                pair = KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private KeyPair pair() {
            if (pair == null) {
                throw new IllegalStateException("not begun");
            }
            return pair;
        }

        /** The end of the encoded key, whose beginning only says of what kind it is. */
        @Override
        public byte[] getPublicKey() {
            byte[] encoded = pair().getPublic().getEncoded();
            return Arrays.copyOfRange(encoded, encoded.length - PUBLIC_KEY, encoded.length);
        }

        @Override
        public byte[] extractSecret(byte[] encapsulated) {
            if (encapsulated.length != CIPHERTEXT) {
                throw new IllegalArgumentException(
                        "ML-KEM: wanted %d bytes, found %d"
                                .formatted(CIPHERTEXT, encapsulated.length));
            }
            try {
                return KEM.getInstance("ML-KEM")
                        .newDecapsulator(pair().getPrivate())
                        .decapsulate(encapsulated)
                        .getEncoded();
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public int getEncapsulationLength() {
            return CIPHERTEXT;
        }
    }
}
