package io.opnmanager.tunnel.broker.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.DocumentRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemCodeDocumentTest {

    private static final Path SOURCE =
            Path.of("src/main/java/io/opnmanager/tunnel/broker/problem/ProblemCode.java");

    @Test
    void the_protocol_document_lists_every_code_with_its_status() throws IOException {
        String source = Files.readString(SOURCE);

        new DocumentRegion("docs/protocol.md", "problem codes")
                .says(
                        "| code | status | meaning |\n|---|---|---|\n"
                                + Arrays.stream(ProblemCode.values())
                                        .map(code ->
                                                "| `%s` | %d | %s |\n"
                                                        .formatted(
                                                                code.word(),
                                                                code.status(),
                                                                meaning(code, source)))
                                        .collect(Collectors.joining()));
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void every_code_is_answered_with_the_status_of_a_failure(ProblemCode code) {
        assertThat(code.status()).isBetween(400, 599);
    }

    /** The comment above the constant; a code whose word says all has none. */
    private static String meaning(ProblemCode code, String source) {
        Matcher comment =
                Pattern.compile(
                                "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*" + code.name() + "\\(",
                                Pattern.DOTALL)
                        .matcher(source);
        return comment.find()
                ? comment.group(1).replaceAll("\\s*\\n\\s*\\*\\s*", " ").strip()
                : capitalised(code.word().replace('_', ' ')) + ".";
    }

    private static String capitalised(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
