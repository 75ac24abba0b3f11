package io.opnmanager.tunnel.tunnelctl.operations;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;

/** Reads the file of {@code tunnelctl serve}. An unknown or wrong key is an error that names it. */
public final class ClientFiles {

    private static final int LARGEST = 1024 * 1024;

    private ClientFiles() {}

    /**
     * Reads and checks it.
     *
     * @throws IllegalArgumentException with the key, what was wanted and what was found
     */
    public static ClientFile read(Path file) {
        try (var in = Files.newInputStream(file)) {
            ClientFile read = mapper(file).readValue(in.readNBytes(LARGEST), ClientFile.class);
            if (read == null) {
                throw new IllegalArgumentException(file + ": wanted forwards, found nothing");
            }
            read.check();
            return read;
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "%s: unknown key %s; known here: %s".formatted(file, path(e), known(e)), e);
        } catch (JsonMappingException e) {
            if (e.getPath().isEmpty()) {
                throw new IllegalArgumentException(
                        file + ": wanted keys, forwards among them, found something else", e);
            }
            throw new IllegalArgumentException(
                    "%s: %s: %s".formatted(file, path(e), e.getOriginalMessage()), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s: wanted YAML, found %s in line %d"
                            .formatted(
                                    file,
                                    e.getOriginalMessage(),
                                    e.getLocation() == null ? 0 : e.getLocation().getLineNr()),
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--config: wanted a readable file, found " + file, e);
        } catch (IllegalArgumentException e) {
            throw e.getMessage() != null && e.getMessage().startsWith(file.toString())
                    ? e
                    : new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static ObjectMapper mapper(Path file) {
        return YAMLMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .addModule(
                        new SimpleModule()
                                .addDeserializer(Duration.class, new TimeReader())
                                .addDeserializer(Path.class, new PathReader(file.toAbsolutePath())))
                .build();
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step ->
                        step.getFieldName() == null
                                ? "[" + step.getIndex() + "]"
                                : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    private static String known(UnrecognizedPropertyException e) {
        Collection<Object> known = e.getKnownPropertyIds();
        return known == null
                ? "none"
                : known.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    private static final class TimeReader extends StdDeserializer<Duration> {
        private static final long serialVersionUID = 1L;

        TimeReader() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            String text = parser.getText();
            if (!text.matches("[1-9]\\d{0,8}(ms|s|m|h)")) {
                throw JsonMappingException.from(
                        parser, "wanted a time such as 500ms, 30s or 5m, found " + text);
            }
            String unit = text.replaceAll("\\d", "");
            long number = Long.parseLong(text.substring(0, text.length() - unit.length()));
            return switch (unit) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
        }
    }

    private static final class PathReader extends StdDeserializer<Path> {
        private static final long serialVersionUID = 1L;

        private final transient Path file;

        PathReader(Path file) {
            super(Path.class);
            this.file = file;
        }

        @Override
        public Path deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            return file.resolveSibling(parser.getText());
        }
    }
}
