package io.opnmanager.tunnel.benchmarks.network;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs a class of ours in a namespace: a JVM as this one is, with the same output. Whatever it
 * starts is in that namespace too, and ends with it.
 */
public final class Inside {

    private Inside() {}

    /**
     * Waits for its end.
     *
     * @return its exit code
     */
    public static int run(Namespace namespace, Class<?> program, List<String> words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(namespace.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .collect(Collectors.joining(File.pathSeparator)));
        command.add(program.getName());
        command.addAll(words);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    /** To be called by that class: nobody waits for the result of a run that was killed. */
    public static void endWithParent() {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent -> {
                    var _ = parent.onExit().thenRun(() -> System.exit(1));
                });
    }
}
