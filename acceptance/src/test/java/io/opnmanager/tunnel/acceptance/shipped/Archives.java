package io.opnmanager.tunnel.acceptance.shipped;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What a build hands over, and in what two of them differ. */
final class Archives {

    /** Relative to the sources; what is added to the product is added here. */
    private static final List<String> SHIPPED =
            List.of(
                    "api-contract/target/*.jar",
                    "{broker,agent,quickconnect-agent,deploy/tunnelctl}/target/*.jar",
                    "{broker,agent,quickconnect-agent,deploy/tunnelctl}/target/*.cdx.json",
                    "{broker,agent,quickconnect-agent,deploy/tunnelctl}/target/quarkus-app/**",
                    "deploy/packages/target/*.deb");

    private Archives() {}

    /** Every file that is shipped and compared, relative. */
    static Set<String> in(Path root) throws IOException {
        var matchers = SHIPPED.stream().map(NativeMetadata::matcher).toList();
        Set<String> found = new TreeSet<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is) {
                        String name = folder.getFileName() + "";
                        return Set.of(".git", "node_modules", "src", "second-build").contains(name)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
                        Path name = root.relativize(file);
                        if (matchers.stream().anyMatch(one -> one.matches(name))) {
                            found.add(name.toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    /** A sentence for each difference, down to the entries of a jar. */
    static List<String> differences(Path one, Path other) throws IOException {
        List<String> all = new ArrayList<>();
        Set<String> first = in(one);
        Set<String> second = in(other);
        for (String name : first) {
            if (!second.contains(name)) {
                all.add(name + ": only in the first build (a rest of an older one? ./mvnw clean)");
            } else if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
                all.add(name + ": " + detail(one.resolve(name), other.resolve(name)));
            }
        }
        second.stream()
                .filter(name -> !first.contains(name))
                .forEach(name -> all.add(name + ": only in the second build"));
        return all;
    }

    private static String detail(Path one, Path other) throws IOException {
        if (!one.toString().endsWith(".jar")) {
            return "other bytes from " + Files.mismatch(one, other);
        }
        Map<String, ZipEntry> first = entries(one);
        Map<String, ZipEntry> second = entries(other);
        List<String> words = new ArrayList<>();
        if (!List.copyOf(first.keySet()).equals(List.copyOf(second.keySet()))) {
            words.add("other entries or another order");
        }
        first.forEach((name, entry) -> {
            ZipEntry is = second.get(name);
            if (is != null && is.getCrc() != entry.getCrc()) {
                words.add("content of " + name);
            } else if (is != null && is.getTime() != entry.getTime()) {
                words.add("time of " + name);
            }
        });
        return words.isEmpty() ? "other file modes" : String.join(", ", words);
    }

    private static Map<String, ZipEntry> entries(Path jar) throws IOException {
        Map<String, ZipEntry> all = new LinkedHashMap<>();
        try (ZipFile file = new ZipFile(jar.toFile())) {
            file.stream().forEach(entry -> all.put(entry.getName(), entry));
        }
        return all;
    }
}
