package io.opnmanager.tunnel.broker.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialFilesTest {

    @Test
    void a_file_is_the_value_of_the_key_that_it_is_named_by(@TempDir Path folder)
            throws IOException {
        Files.writeString(folder.resolve("broker_quarkus.datasource.password"), "a b\n");
        Files.writeString(folder.resolve("opnmanager.node.name"), "one");
        Files.writeString(folder.resolve("broker_tls-key.pem"), "not a key of configuration");

        assertThat(CredentialFiles.values(folder))
                .containsOnly(
                        java.util.Map.entry("quarkus.datasource.password", "a b"),
                        java.util.Map.entry("opnmanager.node.name", "one"));
    }

    @Test
    void only_the_last_newline_is_left_out(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("quarkus.datasource.password"), " x \n\n");

        assertThat(CredentialFiles.values(folder))
                .containsEntry("quarkus.datasource.password", " x \n");
    }
}
