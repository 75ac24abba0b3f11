package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The files of the whole project, for tests that compare documents with sources. */
final class Project {

    /** Made by builds, tools and the demo: nobody reads them here. */
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".demo", ".idea");

    private Project() {}

    static Path root() {
        // Surefire's working folder is the module's.
        return Path.of(System.getProperty("project.root", "..")).toAbsolutePath().normalize();
    }

    /** Every file below a folder of the project whose name is wanted, by its path. */
    static List<Path> files(String folder, Predicate<String> wanted) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                root().resolve(folder),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path visited, BasicFileAttributes attributes) {
                        return NOT_OURS.contains(visited.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (wanted.test(file.getFileName().toString())) {
                            found.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        found.sort(null);
        return found;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be read: " + file, e);
        }
    }

    static boolean writesDocuments() {
        return Boolean.getBoolean("docs.write");
    }

    /**
     * The part of a document between {@code <!-- name: begin -->} and {@code <!-- name: end -->}.
     *
     * @param text the whole document
     */
    static String region(String text, String name) {
        int from = begin(text, name);
        return text.substring(from, end(text, name, from));
    }

    /** Compares that part with what the code says, or writes it with {@code -Ddocs.write=true}. */
    static void says(String document, String name, String printed) throws IOException {
        Path file = root().resolve(document);
        String text = read(file);
        if (writesDocuments()) {
            int from = begin(text, name);
            Files.writeString(
                    file,
                    text.substring(0, from) + printed + text.substring(end(text, name, from)));
            return;
        }
        assertThat(region(text, name))
                .as("%s, written again by -Ddocs.write=true", document)
                .isEqualTo(printed);
    }

    private static int begin(String text, String name) {
        String mark = "<!-- " + name + ": begin -->\n";
        assertThat(text).contains(mark);
        return text.indexOf(mark) + mark.length();
    }

    private static int end(String text, String name, int from) {
        int end = text.indexOf("<!-- " + name + ": end -->\n", from);
        assertThat(end).as("the region %s has an end", name).isNotNegative();
        return end;
    }
}
