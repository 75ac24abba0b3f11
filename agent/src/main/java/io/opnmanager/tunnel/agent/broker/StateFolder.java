package io.opnmanager.tunnel.agent.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The folder that holds this firewall's identity. It must be persistent and the agent's alone:
 * 0700, its files 0600, each replaced as a whole or not at all.
 *
 * @param path the folder
 */
public record StateFolder(Path path) {
    /** Whether this firewall is enrolled. */
    public boolean holdsEnrolment() {
        return Files.exists(credentialFile());
    }

    /** The SSH key, in OpenSSH's format, so that the stock client can be used with it too. */
    public Path keyFile() {
        return path.resolve("id_ed25519");
    }

    /** Held by the one running instance. */
    public Path lockFile() {
        return path.resolve("agent.lock");
    }

    /** The trigger's socket, unless configured elsewhere. */
    public Path socket() {
        return path.resolve("agent.sock");
    }

    /** The version that this agent would be, for root's updater. */
    public Path updateWanted() {
        return path.resolve("update-wanted");
    }

    /** The version that completed a check-in, for root's updater. */
    public Path checkedIn() {
        return path.resolve("checked-in");
    }

    /** What came of the last update, written by root into a folder of its own. */
    public Path updateOutcome() {
        Path whole = path.toAbsolutePath();
        return whole.resolveSibling(whole.getFileName() + "-update").resolve("update-outcome");
    }

    private Path credentialFile() {
        return path.resolve("credential.json");
    }

    /** Makes the folder when it is missing, and keeps others out of it. */
    public void prepare() {
        try {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException("state folder cannot be made: " + path, e);
        }
    }

    /**
     * The credential, empty when there is none.
     *
     * @throws IllegalArgumentException when the file is damaged
     */
    public Optional<Credential> credential() {
        try {
            return Optional.of(Credential.read(Files.readAllBytes(credentialFile())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            // Without the cause: its message quotes the file, which holds the token.
            throw new IllegalArgumentException("damaged credential file: " + credentialFile());
        } catch (IOException e) {
            throw new UncheckedIOException("credential cannot be read: " + credentialFile(), e);
        }
    }

    /** Keeps a new identity. The credential comes last: with it the enrolment counts as done. */
    public void keep(byte[] privateKey, Credential credential) {
        prepare();
        try {
            replace(keyFile(), privateKey);
            replace(credentialFile(), credential.write());
        } catch (IOException e) {
            throw new UncheckedIOException("enrolment cannot be stored in " + path, e);
        }
    }

    /** Puts a file of the agent's alone in place, as a whole or not at all. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        try (FileChannel channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
