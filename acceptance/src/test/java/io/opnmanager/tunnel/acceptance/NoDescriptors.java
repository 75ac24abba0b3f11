package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that may open nothing more until this is closed; what it has open stays. */
final class NoDescriptors implements AutoCloseable {

    private final ProcessHandle process;
    private final String before;

    private NoDescriptors(ProcessHandle process) throws IOException {
        this.process = process;
        this.before =
                Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "limits"))
                        .stream()
                        .filter(line -> line.startsWith("Max open files"))
                        .map(line -> line.split("\\s{2,}", -1)[1])
                        .findFirst()
                        .orElseThrow();
    }

    /** From now on. */
    static NoDescriptors of(long pid) throws IOException {
        NoDescriptors process = new NoDescriptors(ProcessHandle.of(pid).orElseThrow());
        process.limit("3");
        return process;
    }

    private void limit(String soft) throws IOException {
        Process set =
                new ProcessBuilder("prlimit", "--pid", "" + process.pid(), "--nofile=" + soft + ":")
                        .inheritIO()
                        .start();
        try {
            if (!set.waitFor(5, TimeUnit.SECONDS) || set.exitValue() != 0) {
                throw new IOException("the limit of process " + process.pid() + " cannot be set");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        limit(before);
    }
}
