package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes of an earlier demo that was killed before it could end them. They are known by what
 * they were started with, a data folder or a folder for temporary files inside the demo's own: a
 * process id proves nothing, and an editor or a shell in that folder is not ours.
 */
final class Leftovers {

    private static final long ENDED_WITHIN_S = 10;

    private Leftovers() {}

    /** Ends those of a demo in this folder; answers how many there were. */
    static int end(Path folder) throws InterruptedException {
        List<ProcessHandle> left =
                ProcessHandle.allProcesses().filter(process -> isOf(folder, process)).toList();
        left.forEach(ProcessHandle::destroy);
        for (ProcessHandle process : left) {
            try {
                process.onExit().get(ENDED_WITHIN_S, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                process.destroyForcibly();
            }
        }
        return left.size();
    }

    private static boolean isOf(Path folder, ProcessHandle process) {
        for (String word : words(process)) {
            if (word.startsWith("-Djava.io.tmpdir=" + folder + "/")
                    || word.startsWith("--datadir=" + folder + "/")) {
                return process.pid() != ProcessHandle.current().pid();
            }
        }
        return false;
    }

    private static String[] words(ProcessHandle process) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
            return new String(line, StandardCharsets.UTF_8).split("\0", -1);
        } catch (IOException e) {
            // Ended meanwhile, or someone else's.
            return new String[0];
        }
    }
}
