package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One operation of the contract.
 *
 * @param method in capitals
 * @param path with an id that exists
 * @param body whether it wants one
 * @param agents whether it is theirs
 */
record Operation(String method, String path, boolean body, boolean agents) {

    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");

    /** Everything in the contract, from the document that clients are made of. */
    static List<Operation> all(long id) throws IOException {
        JsonNode document =
                new YAMLMapper()
                        .readTree(ProjectRoot.path().resolve("api-contract/openapi.yaml").toFile());
        List<Operation> operations = new ArrayList<>();
        for (var path : document.path("paths").properties()) {
            for (var operation : path.getValue().properties()) {
                String method = operation.getKey().toUpperCase(Locale.ROOT);
                if (METHODS.contains(method)) {
                    operations.add(
                            new Operation(
                                    method,
                                    path.getKey()
                                            .replace("{name}", "nobody-of-that-name")
                                            .replace("{id}", Long.toString(id)),
                                    operation.getValue().has("requestBody"),
                                    !path.getKey().startsWith("/api/v1/")));
                }
            }
        }
        assertThat(operations).hasSizeGreaterThan(20);
        return operations;
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
