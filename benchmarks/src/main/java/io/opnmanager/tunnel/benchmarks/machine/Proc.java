package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files of processes and threads in {@code /proc}, which may end at any moment: one that ends
 * between being opened and read is no missing file but "No such process".
 */
final class Proc {

    private Proc() {}

    static Path folder(long pid) {
        return Path.of("/proc", Long.toString(pid));
    }

    /** Empty when it has ended. */
    static String read(Path folder, String file) throws IOException {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            if (Files.exists(folder)) {
                throw e;
            }
            return "";
        }
    }

    /** None when it has ended. */
    static List<Path> list(Path folder, String of) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(of))) {
            return files.toList();
        } catch (IOException | UncheckedIOException e) {
            if (Files.exists(folder)) {
                throw e;
            }
            return List.of();
        }
    }
}
