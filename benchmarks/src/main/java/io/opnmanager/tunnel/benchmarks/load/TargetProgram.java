package io.opnmanager.tunnel.benchmarks.load;

import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.Program;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The target as a process of its own, so that its work is nobody else's. */
public final class TargetProgram implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(20);

    private final Program program;
    private final InetSocketAddress address;

    private TargetProgram(Program program, InetSocketAddress address) {
        this.program = program;
        this.address = address;
    }

    /** On a free port of 127.0.0.1. */
    public static TargetProgram start(Path folder) throws IOException, InterruptedException {
        return start(folder, "127.0.0.1", List.of());
    }

    /**
     * The same elsewhere.
     *
     * @param address that it listens on
     * @param prefix of its command, such as {@code ip netns exec NAME}
     */
    public static TargetProgram start(Path folder, String address, List<String> prefix)
            throws IOException, InterruptedException {
        int port = Loopback.freePort();
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp"));
        command.add(classPath());
        command.add(TrafficTarget.class.getName());
        command.addAll(List.of(Integer.toString(port), address));
        Program program = Program.start("target", folder, command, Map.of());
        try {
            // Its word, because the ports of another namespace are not seen from here.
            program.awaitReady(
                    READY_WITHIN, () -> program.output().contains(TrafficTarget.READY + port));
        } catch (IOException | InterruptedException | RuntimeException e) {
            program.close();
            throw e;
        }
        return new TargetProgram(program, new InetSocketAddress(address, port));
    }

    /** Ours, from anywhere: the process has another working folder. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Its process. */
    public Program program() {
        return program;
    }

    @Override
    public void close() {
        program.close();
    }
}
