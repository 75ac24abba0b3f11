package io.opnmanager.tunnel.benchmarks.site;

import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.Programs;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code tunnelctl serve} with one forward to a service of the gateway. */
public final class ServedForward implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final Program program;
    private final InetSocketAddress address;

    private ServedForward(Program program, InetSocketAddress address) {
        this.program = program;
        this.address = address;
    }

    /**
     * What it leads to.
     *
     * @param name as the gateway knows it
     * @param gateway where that listens
     * @param certificate with its key, PEM
     */
    public record Service(String name, InetSocketAddress gateway, Path certificate) {}

    /** On a free port of 127.0.0.1. */
    public static ServedForward start(Path folder, Site site, Service service)
            throws IOException, InterruptedException {
        PrivateFile.folder(folder);
        PrivateFile.folder(folder.resolve("home"));
        int port = Loopback.freePort();
        Path file =
                Files.writeString(
                        folder.resolve("client.yaml"),
                        """
                        gateway: {host: 127.0.0.1, port: %d, ca-file: "%s"}
                        certificate: {file: "%s"}
                        forwards: [{listen: %d, service: %s}]
                        """
                                .formatted(
                                        service.gateway().getPort(),
                                        site.broker().certificates().authorityFile(),
                                        service.certificate(),
                                        port,
                                        service.name()));
        Program program =
                Program.start(
                        "tunnelctl",
                        folder,
                        Programs.wanted()
                                .command(
                                        ProjectRoot.path().resolve("deploy/tunnelctl"),
                                        new Programs.Start(
                                                // As its package starts it.
                                                List.of("-XX:+UseSerialGC", "-Xmx256m"),
                                                Map.of(
                                                        "java.io.tmpdir",
                                                        folder.resolve("home").toString()),
                                                List.of("serve", "--config=" + file))),
                        Map.of("TUNNELCTL_HOME", folder.resolve("home").toString()));
        try {
            program.awaitReady(READY_WITHIN, () -> Loopback.isListening(port));
        } catch (IOException | InterruptedException | RuntimeException e) {
            program.close();
            throw e;
        }
        return new ServedForward(
                program, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        program.close();
    }
}
