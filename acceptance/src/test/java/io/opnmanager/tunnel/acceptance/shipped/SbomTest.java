package io.opnmanager.tunnel.acceptance.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program is made of, as {@code target/NAME.cdx.json} says it. */
class SbomTest {

    private static Path file(Shipped program) {
        return program.target().resolve(program.artifact() + ".cdx.json");
    }

    @ParameterizedTest
    @EnumSource(Shipped.class)
    void it_names_each_library_with_version_and_hash_and_nothing_else(Shipped program)
            throws IOException, NoSuchAlgorithmException {
        Set<String> shipped = new TreeSet<>();
        for (Path jar : program.libraries()) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
            shipped.add(program.folder().relativize(jar) + " " + HexFormat.of().formatHex(hash));
        }
        Set<String> listed = new TreeSet<>();
        for (JsonNode one :
                new ObjectMapper().readTree(file(program).toFile()).path("components")) {
            String where = one.at("/evidence/occurrences/0/location").asText();
            assertThat(where)
                    .endsWith(
                            "/%s.%s-%s.jar"
                                    .formatted(
                                            one.path("group").asText(),
                                            one.path("name").asText(),
                                            one.path("version").asText()));
            assertThat(one.at("/hashes/0/alg").asText()).isEqualTo("SHA-256");
            listed.add(where + " " + one.at("/hashes/0/content").asText());
        }
        assertThat(listed).isNotEmpty().isEqualTo(shipped);
    }

    @ParameterizedTest
    @EnumSource(Shipped.class)
    void it_is_valid_cyclonedx(Shipped program) throws IOException {
        assertThat(new JsonParser().validate(file(program).toFile(), Version.VERSION_16)).isEmpty();
    }
}
