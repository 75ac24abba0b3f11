package io.opnmanager.tunnel.agent.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Iterator;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;

/** This firewall's SSH key: Ed25519, made here, never leaving the box. */
public final class Identity {
    private final KeyPair pair;

    private Identity(KeyPair pair) {
        this.pair = pair;
    }

    /** Makes a new key. */
    public static Identity make() {
        Cryptography.choose();
        try {
            return new Identity(
                    KeyPairGenerator.getInstance(SecurityUtils.ED25519).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no Ed25519 key can be made on this machine", e);
        }
    }

    /**
     * Reads a key.
     *
     * @throws IllegalArgumentException when the file holds none
     */
    public static Identity read(Path file) {
        Cryptography.choose();
        try (InputStream in = Files.newInputStream(file)) {
            Iterable<KeyPair> pairs =
                    SecurityUtils.loadKeyPairIdentities(
                            null, NamedResource.ofName(file.toString()), in, null);
            Iterator<KeyPair> found =
                    pairs == null ? java.util.Collections.emptyIterator() : pairs.iterator();
            if (found.hasNext()) {
                return new Identity(found.next());
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "SSH key: wanted a readable OpenSSH private key, found "
                            + file
                            + " ("
                            + e.getClass().getSimpleName()
                            + ")");
        }
        throw new IllegalArgumentException(
                "SSH key: wanted an OpenSSH private key, found none in " + file);
    }

    /** The private key as OpenSSH writes it to a file. A secret. */
    public byte[] privateFile() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
                    pair, "opnmanager-agent", null, out);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the new key cannot be written", e);
        }
        return out.toByteArray();
    }

    /** One line as in {@code authorized_keys}. */
    public String publicLine() {
        return PublicKeyEntry.toString(pair.getPublic());
    }

    KeyPair pair() {
        return pair;
    }
}
