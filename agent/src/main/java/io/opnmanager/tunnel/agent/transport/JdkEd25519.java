package io.opnmanager.tunnel.agent.transport;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.interfaces.EdECKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.apache.sshd.common.config.keys.PrivateKeyEntryDecoder;
import org.apache.sshd.common.config.keys.PublicKeyEntryDecoder;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.security.AbstractSecurityProviderRegistrar;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSASupport;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSAUtils;
import org.apache.sshd.common.util.security.eddsa.generic.GenericEd25519PublicKeyDecoder;
import org.apache.sshd.common.util.security.eddsa.generic.GenericOpenSSHEd25519PrivateKeyEntryDecoder;
import org.apache.sshd.common.util.security.eddsa.generic.GenericSignatureEd25519;

/**
 * Ed25519 keys of the JDK for the SSH library, which by itself has them of Bouncy Castle: whose
 * provider is some megabytes of names in memory for this one algorithm.
 */
public final class JdkEd25519 extends AbstractSecurityProviderRegistrar {
    private static final String PROVIDER = "SunEC";

    /** For the library, which makes one by its name. */
    public JdkEd25519() {
        super(PROVIDER);
    }

    @Override
    public boolean isSupported() {
        return getSecurityProvider() != null;
    }

    @Override
    public Provider getSecurityProvider() {
        return Security.getProvider(PROVIDER);
    }

    /** Nothing: whatever the JDK has is found without a name. */
    @Override
    public String getDefaultSecurityEntitySupportValue(Class<?> entity) {
        return "";
    }

    @Override
    public Optional<EdDSASupport<?, ?>> getEdDSASupport() {
        return Optional.of(new Keys());
    }

    /** The JDK's keys, as the library asks for them. */
    private static final class Keys implements EdDSASupport<EdECPublicKey, EdECPrivateKey> {

        @Override
        public PublicKeyEntryDecoder<EdECPublicKey, EdECPrivateKey>
                getEDDSAPublicKeyEntryDecoder() {
            return new GenericEd25519PublicKeyDecoder<>(
                    EdECPublicKey.class, EdECPrivateKey.class, this);
        }

        @Override
        public PrivateKeyEntryDecoder<EdECPublicKey, EdECPrivateKey>
                getOpenSSHEDDSAPrivateKeyEntryDecoder() {
            return new GenericOpenSSHEd25519PrivateKeyEntryDecoder<>(
                    EdECPublicKey.class, EdECPrivateKey.class, this);
        }

        @Override
        public Signature getEDDSASigner() {
            return new GenericSignatureEd25519(SecurityUtils.ED25519);
        }

        @Override
        public int getEDDSAKeySize(Key key) {
            return key instanceof EdECKey edwards
                            && edwards.getParams()
                                    .getName()
                                    .equals(NamedParameterSpec.ED25519.getName())
                    ? KEY_SIZE
                    : -1;
        }

        @Override
        public Class<EdECPublicKey> getEDDSAPublicKeyType() {
            return EdECPublicKey.class;
        }

        @Override
        public Class<EdECPrivateKey> getEDDSAPrivateKeyType() {
            return EdECPrivateKey.class;
        }

        @Override
        public boolean compareEDDSAPPublicKeys(PublicKey one, PublicKey other) {
            return one instanceof EdECPublicKey && one.equals(other);
        }

        @Override
        public boolean compareEDDSAPrivateKeys(PrivateKey one, PrivateKey other) {
            return one instanceof EdECPrivateKey && one.equals(other);
        }

        /**
         * By making the pair again from the private key as the only randomness: the JDK has no
         * other way, and the library compares the result with what a key file says.
         */
        @Override
        public EdECPublicKey recoverEDDSAPublicKey(PrivateKey key) throws GeneralSecurityException {
            byte[] secret = EdDSAUtils.getBytes(key);
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance(SecurityUtils.ED25519);
                generator.initialize(NamedParameterSpec.ED25519, new Known(secret));
                KeyPair again = generator.generateKeyPair();
                if (!key.equals(again.getPrivate())) {
                    throw new InvalidKeyException("the public key cannot be computed");
                }
                return (EdECPublicKey) again.getPublic();
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        }

        @Override
        public EdECPublicKey generateEDDSAPublicKey(byte[] point) throws GeneralSecurityException {
            return (EdECPublicKey)
                    SecurityUtils.getKeyFactory(getKeyFactoryAlgorithm())
                            .generatePublic(EdDSAUtils.createPublicKeySpec(point));
        }

        @Override
        public EdECPrivateKey generateEDDSAPrivateKey(byte[] secret)
                throws GeneralSecurityException {
            return (EdECPrivateKey)
                    SecurityUtils.getKeyFactory(getKeyFactoryAlgorithm())
                            .generatePrivate(EdDSAUtils.createPrivateKeySpec(secret));
        }

        @Override
        public <B extends Buffer> B putRawEDDSAPublicKey(B buffer, PublicKey key) {
            buffer.putBytes(getPublicKeyData((EdECPublicKey) key));
            return buffer;
        }

        @Override
        public <B extends Buffer> B putEDDSAKeyPair(B buffer, PublicKey point, PrivateKey secret) {
            throw new UnsupportedOperationException("private keys are not sent");
        }

        @Override
        public KeySpec createPublicKeySpec(EdECPublicKey key) {
            return new X509EncodedKeySpec(key.getEncoded());
        }

        @Override
        public KeySpec createPrivateKeySpec(EdECPrivateKey key) {
            return new PKCS8EncodedKeySpec(key.getEncoded());
        }

        @Override
        public byte[] getPublicKeyData(EdECPublicKey key) {
            try {
                return EdDSAUtils.getBytes(key);
            } catch (InvalidKeyException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public byte[] getPrivateKeyData(EdECPrivateKey key) {
            try {
                return EdDSAUtils.getBytes(key);
            } catch (InvalidKeyException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public String getKeyFactoryAlgorithm() {
            return SecurityUtils.ED25519;
        }
    }

    /** Not random at all. */
    private static final class Known extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] bytes;

        Known(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] wanted) {
            System.arraycopy(bytes, 0, wanted, 0, wanted.length);
        }
    }
}
