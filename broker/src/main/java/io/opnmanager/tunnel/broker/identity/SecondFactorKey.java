package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts the secrets of second factors with AES-256-GCM, under a key that is in a file and not in
 * the database. The database holds the key's fingerprint: a node with another key, or with none,
 * refuses instead of writing what the other nodes cannot read. The file may be put right while the
 * broker runs.
 */
@ApplicationScoped
class SecondFactorKey {

    static final String FILE = "second-factor-key";

    private static final Logger LOG = Logger.getLogger(SecondFactorKey.class);
    private static final int KEY_BYTES = 32;

    /** NIST SP 800-38D §5.2.1.1, §8.2: a nonce of 96 bits, a tag of 128. */
    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;
    private static final byte VERSION = 1;
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final Jdbi jdbi;
    private final Path file;
    private final boolean configured;

    /** Once it was found to be the one of the database it stays so. */
    private volatile @Nullable SecretKeySpec key;

    SecondFactorKey(Jdbi jdbi, SignInConfiguration configuration, StateFolder state) {
        this.jdbi = jdbi;
        this.configured = configuration.secretKeyFile().isPresent();
        this.file =
                configuration.secretKeyFile().orElseGet(() -> state.stateFolder().resolve(FILE));
    }

    void start(@Observes StartupEvent event) {
        try {
            if (configured && !Files.exists(file)) {
                throw new IllegalStateException(
                        "opnmanager.sign-in.secret-key-file: there is no file " + file);
            }
            if (Files.exists(file)) {
                key = agreed(read());
            } else if (recorded() == null) {
                key = make();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the key of second factors could not be kept in "
                            + file
                            + ": check opnmanager.state-folder",
                    e);
        }
        if (key == null) {
            complain();
        }
    }

    /**
     * Encrypts a secret for one operator; elsewhere it is worth nothing.
     *
     * @throws Problem {@code second_factor_unavailable}
     */
    byte[] seal(String operator, byte[] secret) {
        byte[] nonce = Secrets.random(NONCE_BYTES);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, usable(), operator, nonce).doFinal(secret);
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a second factor could not be encrypted", e);
        }
    }

    /**
     * Decrypts what {@link #seal} made for this operator.
     *
     * @throws Problem {@code second_factor_unavailable}
     */
    byte[] open(String operator, byte[] sealed) {
        SecretKeySpec usable = usable();
        try {
            if (sealed.length < 1 + NONCE_BYTES || sealed[0] != VERSION) {
                throw new GeneralSecurityException("wanted version 1 and a nonce");
            }
            byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
            int begin = 1 + NONCE_BYTES;
            return cipher(Cipher.DECRYPT_MODE, usable, operator, nonce)
                    .doFinal(sealed, begin, sealed.length - begin);
        } catch (GeneralSecurityException e) {
            LOG.errorf(e, "a second factor could not be decrypted: operator=%s", operator);
            throw unavailable();
        }
    }

    private SecretKeySpec usable() {
        SecretKeySpec found = key;
        if (found != null) {
            return found;
        }
        try {
            SecretKeySpec late = Files.exists(file) ? agreed(read()) : null;
            key = late;
            if (late != null) {
                return late;
            }
        } catch (IOException e) {
            LOG.errorf(e, "the key of second factors could not be read: file=%s", file);
            throw unavailable();
        }
        complain();
        throw unavailable();
    }

    private void complain() {
        LOG.errorf(
                "second factors of this database are encrypted with another key: file=%s, copy the one of another node or of a backup to it",
                file);
    }

    private static Problem unavailable() {
        return new Problem(
                ProblemCode.SECOND_FACTOR_UNAVAILABLE,
                "this node cannot read second factors: use a recovery code, or tell whoever runs the broker");
    }

    /** Of several nodes that begin at once one's key counts, and the others' are put away. */
    private @Nullable SecretKeySpec make() throws IOException {
        byte[] made = Secrets.random(KEY_BYTES);
        PrivateFile.write(file, Base64.getEncoder().encodeToString(made) + "\n");
        SecretKeySpec agreed = agreed(made);
        if (agreed == null) {
            Files.deleteIfExists(file);
        } else {
            LOG.infof("key of second factors made: file=%s, every node needs the same", file);
        }
        return agreed;
    }

    private byte[] read() throws IOException {
        byte[] found;
        try {
            found = Base64.getDecoder().decode(Files.readString(file).strip());
        } catch (IllegalArgumentException e) {
            throw new IOException("wanted base64 in " + file, e);
        }
        if (found.length != KEY_BYTES) {
            throw new IOException(
                    "wanted %d bytes in base64 in %s, found %d"
                            .formatted(KEY_BYTES, file, found.length));
        }
        return found;
    }

    /** The key if it is the database's, which takes the first that it is shown; else null. */
    private @Nullable SecretKeySpec agreed(byte[] bytes) {
        byte[] fingerprint = fingerprint(bytes);
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                "INSERT IGNORE INTO second_factor_key (id, fingerprint) VALUES (1, :fingerprint)")
                        .bind("fingerprint", fingerprint)
                        .execute());
        return MessageDigest.isEqual(fingerprint, recorded())
                ? new SecretKeySpec(bytes, "AES")
                : null;
    }

    private byte @Nullable [] recorded() {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT fingerprint FROM second_factor_key")
                        .mapTo(byte[].class)
                        .findOne()
                        .orElse(null));
    }

    private static byte[] fingerprint(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("opnmanager second factor key".getBytes(StandardCharsets.US_ASCII));
            return digest.digest(key);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Cipher cipher(int mode, SecretKeySpec key, String operator, byte[] nonce)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(("second-factor:" + operator).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
