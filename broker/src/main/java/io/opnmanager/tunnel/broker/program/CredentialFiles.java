package io.opnmanager.tunnel.broker.program;

import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.eclipse.microprofile.config.spi.ConfigSourceProvider;

/**
 * Secrets that systemd hands to the service ({@code LoadCredential=broker:folder}): a file {@code
 * broker_quarkus.datasource.password} in {@code $CREDENTIALS_DIRECTORY} is the value of that key.
 * Under environment variables and system properties, over files of configuration. Files whose names
 * are no keys of ours or Quarkus' are for configuration to name, for example a certificate's key.
 */
public final class CredentialFiles implements ConfigSourceProvider {

    private static final String PREFIX = "broker_";

    /** Over the 275 of the file of {@code --config}, under the 300 of environment variables. */
    private static final int ORDINAL = 290;

    private static final int LONGEST = 64 * 1024;

    /** For the service loader. */
    public CredentialFiles() {}

    @Override
    public Iterable<ConfigSource> getConfigSources(ClassLoader loader) {
        String folder = System.getenv("CREDENTIALS_DIRECTORY");
        return folder == null || folder.isEmpty()
                ? List.of()
                : List.of(
                        new PropertiesConfigSource(
                                values(Path.of(folder)), "credentials of the service", ORDINAL));
    }

    static Map<String, String> values(Path folder) {
        Map<String, String> values = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                String key = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
                boolean ours = key.startsWith("quarkus.") || key.startsWith("opnmanager.");
                if (ours && Files.isRegularFile(file) && Files.size(file) <= LONGEST) {
                    // Editors and echo end a file with a newline, which is no part of a password.
                    values.put(key, Files.readString(file).replaceFirst("\\r?\\n$", ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("credentials cannot be read: " + folder, e);
        }
        return values;
    }
}
