package io.opnmanager.tunnel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openapitools.openapidiff.core.OpenApiCompare;

/**
 * Clients are generated from {@code published/openapi.yaml}: what is in it stays. Two checks,
 * because openapi-diff takes a response field that is gone for compatible.
 */
class PublishedContractTest {

    private static final Path PUBLISHED = Path.of("published/openapi.yaml");
    private static final Path CURRENT = Path.of("openapi.yaml");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Below these words stand names that clients use; below others, descriptions and bounds. */
    private static final Set<String> HOLDS_NAMES =
            Set.of("paths", "schemas", "properties", "responses", "content", "headers");

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private ObjectNode published;

    @BeforeEach
    void read() throws IOException {
        published = (ObjectNode) YAML.readTree(Files.readString(PUBLISHED));
    }

    /**
     * After a release the new document is the published one: {@code ./mvnw -pl api-contract test
     * -Ddocs.write=true} takes it over.
     */
    @Test
    void the_document_keeps_what_was_published() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PUBLISHED, Files.readString(CURRENT));
            read();
        }
        JsonNode current = YAML.readTree(Files.readString(CURRENT));

        assertThat(gone(published, current)).isEmpty();
        assertThat(isIncompatible(published, current))
                .as("openapi-diff finds an incompatible change")
                .isFalse();
    }

    @Test
    void a_removed_response_field_is_noticed() {
        ObjectNode changed = published.deepCopy();
        properties(changed, "TunnelRequest").remove("tunnel_port");

        assertThat(gone(published, changed))
                .containsExactly("/components/schemas/TunnelRequest/properties/tunnel_port");
        assertThat(isIncompatible(published, changed))
                .as("when openapi-diff notices it too, one check is enough")
                .isFalse();
    }

    @Test
    void a_changed_type_is_noticed() {
        ObjectNode changed = published.deepCopy();
        ((ObjectNode) properties(changed, "TunnelRequest").get("tunnel_port"))
                .put("type", "string")
                .remove("format");

        assertThat(isIncompatible(published, changed)).isTrue();
        assertThat(gone(published, changed))
                .containsExactly(
                        "/components/schemas/TunnelRequest/properties/tunnel_port/type integer");
    }

    @Test
    void a_removed_path_is_noticed() {
        ObjectNode changed = published.deepCopy();
        ((ObjectNode) changed.get("paths")).remove("/api/v1/nodes");

        assertThat(isIncompatible(published, changed)).isTrue();
        assertThat(gone(published, changed)).containsExactly("/paths//api/v1/nodes");
    }

    @Test
    void a_removed_method_is_noticed() {
        ObjectNode changed = published.deepCopy();
        ((ObjectNode) changed.get("paths").get("/api/v1/requests/{id}")).remove("delete");

        assertThat(isIncompatible(published, changed)).isTrue();
        assertThat(gone(published, changed)).containsExactly("/paths//api/v1/requests/{id}/delete");
    }

    @Test
    void a_new_required_request_field_is_noticed() {
        ObjectNode changed = published.deepCopy();
        properties(changed, "TunnelAsk").putObject("ticket").put("type", "string");
        ((ArrayNode) schema(changed, "TunnelAsk").get("required")).add("ticket");

        assertThat(isIncompatible(published, changed)).isTrue();
    }

    @Test
    void a_removed_enum_word_is_noticed() {
        ObjectNode changed = published.deepCopy();
        ArrayNode words = (ArrayNode) schema(changed, "Status").get("enum");
        words.remove(words.size() - 1);

        assertThat(gone(published, changed))
                .containsExactly("/components/schemas/Status/enum expired");
    }

    @Test
    void a_new_optional_field_and_a_new_path_are_allowed() {
        ObjectNode changed = published.deepCopy();
        properties(changed, "TunnelAsk").putObject("ticket").put("type", "string");
        properties(changed, "Node").putObject("zone").put("type", "string");
        ObjectNode paths = (ObjectNode) changed.get("paths");
        paths.set("/api/v1/zones", paths.get("/api/v1/nodes").deepCopy());

        assertThat(gone(published, changed)).isEmpty();
        assertThat(isIncompatible(published, changed)).isFalse();
    }

    private static ObjectNode schema(JsonNode document, String name) {
        return (ObjectNode) document.at("/components/schemas/" + name);
    }

    private static ObjectNode properties(JsonNode document, String name) {
        return (ObjectNode) schema(document, name).get("properties");
    }

    private static boolean isIncompatible(JsonNode before, JsonNode after) {
        return OpenApiCompare.fromContents(text(before), text(after)).isIncompatible();
    }

    private static String text(JsonNode document) {
        try {
            return JSON.writeValueAsString(document);
        } catch (IOException e) {
            throw new IllegalStateException("a document that was read can be written", e);
        }
    }

    /** Where a name, a type or an enum word of the document before is no more. */
    private static List<String> gone(JsonNode before, JsonNode after) {
        List<String> found = new ArrayList<>();
        compare("", "", before, after, found);
        return found;
    }

    private static void compare(
            String where, String parent, JsonNode before, JsonNode after, List<String> found) {
        for (Map.Entry<String, JsonNode> field : before.properties()) {
            String name = field.getKey();
            JsonNode old = field.getValue();
            JsonNode now = after.get(name);
            String here = where + "/" + name;
            boolean named = HOLDS_NAMES.contains(parent);
            if (now == null) {
                if (named || METHODS.contains(name) || name.equals("$ref")) {
                    found.add(here);
                }
            } else if (named) {
                compare(here, "", old, now, found);
            } else if (name.equals("enum")) {
                old.forEach(word -> {
                    if (!contains(now, word)) {
                        found.add(here + " " + word.asText());
                    }
                });
            } else if ((name.equals("type") || name.equals("$ref")) && !old.equals(now)) {
                found.add(here + " " + old.asText());
            } else if (old.isObject()) {
                compare(here, name, old, now, found);
            }
        }
    }

    private static boolean contains(JsonNode words, JsonNode wanted) {
        for (JsonNode word : words) {
            if (word.equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
