package io.opnmanager.tunnel.broker.program;

import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.eclipse.microprofile.config.spi.ConfigSourceProvider;

/**
 * The YAML file of {@code --config}, over the built-in defaults and under environment variables and
 * system properties. Quarkus' own key for further files would put it above both.
 */
public final class ConfigurationFile implements ConfigSourceProvider {

    /**
     * System property by which the door hands the file on; outside of the mapped keys, which all
     * begin with {@code opnmanager}.
     */
    static final String LOCATION = "broker.configuration-file";

    /** Under the 300 of environment variables. */
    private static final int ORDINAL = 275;

    /** For the service loader. */
    public ConfigurationFile() {}

    @Override
    public Iterable<ConfigSource> getConfigSources(ClassLoader loader) {
        String location = System.getProperty(LOCATION);
        if (location == null) {
            return List.of();
        }
        try {
            return List.of(new YamlConfigSource(Path.of(location).toUri().toURL(), ORDINAL));
        } catch (IOException e) {
            throw new UncheckedIOException("--config: cannot be read", e);
        }
    }
}
