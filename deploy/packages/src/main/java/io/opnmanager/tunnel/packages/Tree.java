package io.opnmanager.tunnel.packages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a package puts on a machine: paths in order, each with its mode; everything is root's. */
final class Tree {

    static final int PLAIN = 0644;
    static final int PROGRAM = 0755;

    /** One path. */
    sealed interface Entry {
        /** A folder. */
        record Folder(int mode) implements Entry {}

        /** A file with these bytes. */
        record Text(ByteBuffer bytes, int mode) implements Entry {}

        /** A file that was built; too large to be kept in memory. */
        record Built(Path source, int mode) implements Entry {}

        /** A symbolic link. */
        record Link(String target) implements Entry {}
    }

    private final NavigableMap<String, Entry> entries = new TreeMap<>();

    /** Every path without the leading slash; a folder comes before what is in it. */
    Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    Collection<String> paths() {
        return entries().keySet();
    }

    void folder(String path, int mode) {
        put(path, new Entry.Folder(mode));
    }

    void text(String path, String text, int mode) {
        bytes(path, text.getBytes(StandardCharsets.UTF_8), mode);
    }

    void bytes(String path, byte[] bytes, int mode) {
        put(path, new Entry.Text(ByteBuffer.wrap(bytes).asReadOnlyBuffer(), mode));
    }

    void built(String path, Path source, int mode) throws IOException {
        if (!Files.isRegularFile(source)) {
            throw new IOException("wanted a built file, found nothing at " + source);
        }
        put(path, new Entry.Built(source, mode));
    }

    void link(String path, String target) {
        put(path, new Entry.Link(target));
    }

    /** Everything below a folder; a file keeps whether it can be started. */
    void copy(String path, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("wanted a built folder, found nothing at " + folder);
        }
        List<Path> found;
        try (Stream<Path> walk = Files.walk(folder)) {
            found = walk.sorted().toList();
        }
        for (Path file : found) {
            String below = path + "/" + folder.relativize(file);
            if (Files.isSymbolicLink(file)) {
                link(below, Files.readSymbolicLink(file).toString());
            } else if (Files.isRegularFile(file)) {
                // A library is mapped, not started; jlink leaves it startable.
                boolean program = Files.isExecutable(file) && !below.endsWith(".so");
                built(below, file, program ? PROGRAM : PLAIN);
            } else if (!file.equals(folder)) {
                folder(below, PROGRAM);
            }
        }
    }

    /** In KiB and as dpkg counts: each file rounded up, each other path one. */
    long installedSize() throws IOException {
        long size = 0;
        for (Entry entry : entries.values()) {
            size +=
                    switch (entry) {
                        case Entry.Folder _, Entry.Link _ -> 1;
                        case Entry.Text text -> kibibytes(text.bytes().limit());
                        case Entry.Built built -> kibibytes(Files.size(built.source()));
                    };
        }
        return size;
    }

    private static long kibibytes(long bytes) {
        return (bytes + 1023) / 1024;
    }

    private void put(String path, Entry entry) {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            entries.putIfAbsent(path.substring(0, slash), new Entry.Folder(PROGRAM));
        }
        entries.put(path, entry);
    }
}
