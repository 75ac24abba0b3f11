package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes of an earlier demo that was killed before it could end them, by the notes that it kept.
 * A process id alone proves nothing: only one with the noted start and command is ours.
 */
final class Leftovers {

    private static final long ENDED_WITHIN_S = 10;

    private Leftovers() {}

    /** Notes every process that this one has started and that still runs. */
    static void note(Path folder) throws IOException {
        PrivateFile.folder(folder);
        for (ProcessHandle process : ProcessHandle.current().descendants().toList()) {
            String identity = identity(process);
            if (!identity.isEmpty()) {
                PrivateFile.write(folder.resolve(Long.toString(process.pid())), identity);
            }
        }
    }

    private static String identity(ProcessHandle process) {
        var info = process.info();
        return info.startInstant().map(Instant::toString).orElse("")
                + "\n"
                + info.command().orElse("")
                + "\n";
    }

    /** Ends those that are left; answers how many. */
    static int end(Path folder) throws IOException, InterruptedException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        List<Path> notes;
        try (var files = Files.list(folder)) {
            notes = files.toList();
        }
        int ended = 0;
        for (Path note : notes) {
            String name = note.getFileName().toString();
            if (!name.matches("\\d{1,18}")) {
                continue;
            }
            var process = ProcessHandle.of(Long.parseLong(name));
            if (process.isPresent() && identity(process.get()).equals(Files.readString(note))) {
                end(process.get());
                ended++;
            }
            Files.delete(note);
        }
        return ended;
    }

    private static void end(ProcessHandle process) throws InterruptedException {
        process.destroy();
        try {
            process.onExit().get(ENDED_WITHIN_S, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
        }
    }
}
