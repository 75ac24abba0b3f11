package io.opnmanager.tunnel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.openapi.api.SmallRyeOpenAPI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;
import org.junit.jupiter.api.Test;

class OpenApiDocumentTest {

    private static final Path DOCUMENT = Path.of("openapi.yaml");

    /** Regenerate with {@code ./mvnw -pl api-contract test -Dopenapi.write=true}. */
    @Test
    void the_checked_in_document_says_what_the_code_says() throws IOException {
        String generated = generate();
        if (Boolean.getBoolean("openapi.write")) {
            Files.writeString(DOCUMENT, generated);
        }
        assertThat(DOCUMENT).content().isEqualTo(generated);
    }

    private static String generate() throws IOException {
        Index index = indexOfClasses();
        // An interface counts as a resource only when it is named: its implementation lives in the
        // broker.
        String classes =
                index.getKnownClasses().stream()
                        .map(found -> found.name().toString())
                        .sorted()
                        .collect(Collectors.joining(","));
        var config =
                new SmallRyeConfigBuilder()
                        .withDefaultValues(
                                Map.of(
                                        "mp.openapi.extensions.smallrye.openapi",
                                        "3.0.3",
                                        "mp.openapi.extensions.smallrye.remove-unused-schemas.enable",
                                        "true",
                                        // Without names of operations generated clients make up
                                        // theirs from paths, which read badly and change with them.
                                        "mp.openapi.extensions.smallrye.operationIdStrategy",
                                        "CLASS_METHOD",
                                        "mp.openapi.scan.classes",
                                        classes))
                        .build();
        return SmallRyeOpenAPI.builder()
                .withConfig(config)
                .withIndex(index)
                .enableModelReader(false)
                .enableStandardFilter(true)
                .enableStandardStaticFiles(false)
                .addFilter(new ProblemAnswers())
                .build()
                .toYAML();
    }

    private static Index indexOfClasses() throws IOException {
        Indexer indexer = new Indexer();
        try (var files = Files.walk(Path.of("target/classes"))) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .forEach(file -> {
                        try (var bytes = Files.newInputStream(file)) {
                            indexer.index(bytes);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        return indexer.complete();
    }
}
