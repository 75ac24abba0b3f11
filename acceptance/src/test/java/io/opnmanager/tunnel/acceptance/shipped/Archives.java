package io.opnmanager.tunnel.acceptance.shipped;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a build hands over. */
final class Archives {

    /** Relative to the sources; what is added to the product is added here. */
    private static final List<String> SHIPPED =
            List.of(
                    "api-contract/target/*.jar",
                    "{broker,agent,quickconnect-agent,deploy/tunnelctl}/target/*.jar",
                    "{broker,agent,quickconnect-agent,deploy/tunnelctl}/target/*.cdx.json",
                    "{broker,agent,quickconnect-agent,deploy/tunnelctl}/target/quarkus-app/**",
                    "deploy/packages/target/runtime/**",
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
}
