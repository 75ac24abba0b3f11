package io.opnmanager.tunnel.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What one experiment starts and those that go on with it use too. One thread owns it. */
public final class Shared implements AutoCloseable {

    private final Path folder;
    private final Progress progress;
    private @Nullable Parts parts;
    private @Nullable Object started;

    /**
     * Nothing yet.
     *
     * @param folder for whatever is started, emptied before and removed after
     */
    public Shared(Path folder, Progress progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /** Starts something. */
    @FunctionalInterface
    public interface Start<T> {
        /** What it owns of it is ended later, be it whole or not. */
        T in(Path folder, Parts parts) throws Exception;
    }

    /** What the experiment before has started, or else a new one. */
    public <T> T get(Class<T> type, Start<T> start) throws Exception {
        Object there = started;
        if (type.isInstance(there)) {
            return type.cast(there);
        }
        end();
        Parts owned = new Parts(progress::say);
        parts = owned;
        T fresh = start.in(Files.createDirectories(folder), owned);
        started = fresh;
        return fresh;
    }

    /** Whoever comes next starts anew. */
    public void end() throws IOException {
        if (parts != null) {
            parts.close();
        }
        parts = null;
        started = null;
        Folders.delete(folder);
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
