package io.opnmanager.tunnel.acceptance.shipped;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A module's {@code reachability-metadata.json}, in the format of Java 25's compilers.
 *
 * @param types one entry a class
 * @param proxies interfaces, one list a proxy
 * @param globs of resources
 */
record NativeMetadata(List<JsonNode> types, List<List<String>> proxies, List<String> globs) {

    /** What an entry may say; another word would be ignored by the compiler without a sound. */
    static final Set<String> WORDS =
            Set.of(
                    "type",
                    "methods",
                    "fields",
                    "allDeclaredConstructors",
                    "allPublicConstructors",
                    "allDeclaredMethods",
                    "allPublicMethods",
                    "allDeclaredFields",
                    "allPublicFields");

    static Path file(Shipped program) {
        return program.resources()
                .resolve("META-INF/native-image/io.opnmanager.tunnel")
                .resolve(program.artifact())
                .resolve("reachability-metadata.json");
    }

    /** Of a program; empty when it needs none. */
    static NativeMetadata of(Shipped program) throws IOException {
        List<JsonNode> types = new ArrayList<>();
        List<List<String>> proxies = new ArrayList<>();
        List<String> globs = new ArrayList<>();
        if (Files.exists(file(program))) {
            JsonNode all = new ObjectMapper().readTree(file(program).toFile());
            all.path("reflection").forEach(entry -> sort(entry, types, proxies));
            all.path("resources").forEach(entry -> globs.add(entry.required("glob").asText()));
        }
        return new NativeMetadata(types, proxies, globs);
    }

    private static void sort(JsonNode entry, List<JsonNode> types, List<List<String>> proxies) {
        if (entry.required("type").isTextual()) {
            types.add(entry);
        } else {
            List<String> interfaces = new ArrayList<>();
            entry.required("type").required("proxy").forEach(one -> interfaces.add(one.asText()));
            proxies.add(interfaces);
        }
    }

    List<String> typeNames() {
        return types.stream().map(entry -> entry.required("type").asText()).toList();
    }

    /** Whether a resource would be in the executable. */
    boolean includes(String resource) {
        return globs.stream().anyMatch(glob -> matcher(glob).matches(Path.of(resource)));
    }

    static PathMatcher matcher(String glob) {
        return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    }
}
