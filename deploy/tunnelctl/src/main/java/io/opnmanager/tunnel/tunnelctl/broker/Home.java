package io.opnmanager.tunnel.tunnelctl.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a profile is kept: the sign-in, the own key with its certificate, and the host keys of
 * firewalls. The folder is 0700, its files 0600; each is replaced as a whole or not at all.
 *
 * @param folder the profile's folder
 */
public record Home(Path folder) {

    private static final Set<PosixFilePermission> OTHERS =
            EnumSet.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    /**
     * A sign-in that is kept.
     *
     * @param broker its address
     * @param caFile authorities to trust, absolute
     * @param operator who signed in
     * @param token acts for that operator
     * @param tokenId its number at the broker when it was made by the sign-in; null when it was
     *     given
     * @param expiresAt when it ends
     */
    @RegisterForReflection
    @JsonInclude(Include.NON_NULL)
    public record SignIn(
            String broker,
            @Nullable String caFile,
            String operator,
            String token,
            @Nullable Long tokenId,
            @Nullable Instant expiresAt) {

        /** With the authorities that were trusted when signing in. */
        public BrokerAddress address() {
            return BrokerAddress.of(broker, caFile == null ? null : Path.of(caFile));
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "SignIn[broker=" + broker + ", operator=" + operator + "]";
        }
    }

    /**
     * Where the platform expects it.
     *
     * @param environment {@code TUNNELCTL_HOME}, {@code XDG_CONFIG_HOME}, {@code APPDATA}
     * @param system {@code os.name} as Java says it
     * @param home the person's home folder
     * @param profile a name of letters, digits, point, minus and underscore
     */
    public static Home of(
            Map<String, String> environment, String system, Path home, String profile) {
        if (!profile.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw new IllegalArgumentException(
                    "--profile: wanted letters, digits, '.', '-' and '_', found " + profile);
        }
        return new Home(root(environment, system, home).resolve(profile));
    }

    private static Path root(Map<String, String> environment, String system, Path home) {
        String own = environment.getOrDefault("TUNNELCTL_HOME", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("mac")) {
            return home.resolve("Library/Application Support/opnmanager-tunnel");
        }
        if (name.startsWith("windows")) {
            String data = environment.getOrDefault("APPDATA", "");
            return (data.isBlank() ? home.resolve("AppData/Roaming") : Path.of(data))
                    .resolve("opnmanager-tunnel");
        }
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        return (config.isBlank() ? home.resolve(".config") : Path.of(config))
                .resolve("opnmanager-tunnel");
    }

    /** The own key and its certificate, in one PEM file, as stunnel and socat want them. */
    public Path certificateFile() {
        return folder.resolve("operator.pem");
    }

    /** Host keys of firewalls, as OpenSSH keeps them. */
    public Path knownHosts() {
        return folder.resolve("known_hosts");
    }

    private Path signInFile() {
        return folder.resolve("sign-in.json");
    }

    /**
     * The sign-in, empty when there is none.
     *
     * @throws IllegalArgumentException when it is damaged, or others may read it
     */
    public Optional<SignIn> signIn() {
        return read(signInFile())
                .map(bytes -> {
                    try {
                        return Json.MAPPER.readValue(bytes, SignIn.class);
                    } catch (IOException e) {
                        // Without the cause: its message quotes the file, which holds the token.
                        throw new IllegalArgumentException(
                                "damaged: %s; sign in again with tunnelctl login"
                                        .formatted(signInFile()));
                    }
                });
    }

    /** Keeps a sign-in in place of the one before. */
    public void keep(SignIn signIn) {
        try {
            replace(
                    signInFile(),
                    Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(signIn));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a sign-in that cannot be written", e);
        }
    }

    /**
     * A file of this folder that nobody else may read; empty when there is none.
     *
     * @throws IllegalArgumentException when others may
     */
    public Optional<byte[]> read(Path file) {
        try {
            requirePrivate(file);
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be read: " + file, e);
        }
    }

    private static void requirePrivate(Path file) throws IOException {
        if (!isPosix()) {
            return;
        }
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
        for (PosixFilePermission other : OTHERS) {
            if (found.contains(other)) {
                throw new IllegalArgumentException(
                        "%s: wanted a file that only you can read (0600), found %s; chmod 600 it, and sign in again if others could have read it"
                                .formatted(file, PosixFilePermissions.toString(found)));
            }
        }
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /** Puts a file there, readable by this user only. */
    public void replace(Path file, byte[] content) {
        Path next = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.createDirectories(folder.getParent() == null ? folder : folder.getParent());
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder, mode("rwx------"));
            }
            Files.deleteIfExists(next);
            try (FileChannel channel =
                    FileChannel.open(
                            next,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            mode("rw-------"))) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be written: " + file, e);
        }
    }

    private static FileAttribute<?>[] mode(String permissions) {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Forgets sign-in and certificate; host keys stay. */
    public void forget() {
        try {
            Files.deleteIfExists(signInFile());
            Files.deleteIfExists(certificateFile());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be removed: " + folder, e);
        }
    }
}
