package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.firewall.SshProviders;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The broker's SSH host key: Ed25519, made once, in a file that only the broker can read. Agents
 * pin it when they enrol, so nodes that agents may be sent to share one file.
 *
 * <p>A key that shall replace it lies beside it, named {@code .next}, for as long as agents are to
 * accept both: a server can show only one key of a type, so it shows the old one until then.
 */
@ApplicationScoped
class HostKeys {

    private static final Logger LOG = Logger.getLogger(HostKeys.class);
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final Path next;

    HostKeys(
            @ConfigProperty(
                            name = "opnmanager.state-folder",
                            defaultValue = "/var/lib/opnmanager-tunnel")
                    Path folder) {
        this.file = folder.resolve("ssh_host_ed25519_key");
        this.next = folder.resolve("ssh_host_ed25519_key.next");
    }

    /** Reads the key, or makes it. */
    KeyPair load() throws IOException, GeneralSecurityException {
        SshProviders.choose();
        if (!Files.exists(file)) {
            make();
        }
        return read(file);
    }

    /** The one that will replace it, if there is one. */
    Optional<KeyPair> next() throws IOException, GeneralSecurityException {
        return Files.exists(next) ? Optional.of(read(next)) : Optional.empty();
    }

    private static KeyPair read(Path file) throws IOException, GeneralSecurityException {
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        others.removeAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        if (!others.isEmpty()) {
            throw new IOException(
                    "wanted %s to be readable by its owner only (chmod 600), found %s as well"
                            .formatted(file, PosixFilePermissions.toString(others)));
        }
        try (var in = Files.newInputStream(file)) {
            Iterable<KeyPair> keys =
                    SecurityUtils.loadKeyPairIdentities(
                            null, NamedResource.ofName(file.toString()), in, null);
            if (keys == null || !keys.iterator().hasNext()) {
                throw new IOException(
                        "wanted an OpenSSH private key in " + file + ", found something else");
            }
            return keys.iterator().next();
        }
    }

    private void make() throws IOException, GeneralSecurityException {
        KeyPair key = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "opnmanager-tunnel", null, text);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh =
                Files.createTempFile(
                        file.toAbsolutePath().getParent(),
                        "host-key",
                        ".new",
                        PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.write(fresh, text.toByteArray());
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        LOG.infof(
                "SSH host key made: file=%s fingerprint=%s",
                file, KeyUtils.getFingerPrint(key.getPublic()));
    }

    /** One line as in {@code known_hosts}, without the host. */
    static String line(KeyPair key) {
        return PublicKeyEntry.toString(key.getPublic());
    }
}
