package io.opnmanager.tunnel.agent;

import io.opnmanager.tunnel.agent.transport.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real OpenSSH server as the far end, for the account that runs the tests. */
final class OpenSshServer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/sshd");

    private final Path folder;
    private final int port;
    private final String hostKey;
    private final Process process;

    /**
     * Starts it.
     *
     * @param further lines of its configuration
     */
    OpenSshServer(Path folder, String authorizedKey, String further) throws Exception {
        if (!Files.isExecutable(PROGRAM)) {
            throw new AssertionError(
                    "these tests need OpenSSH's sshd: apt-get install openssh-server");
        }
        this.folder = Files.createDirectories(folder);
        Identity host = Identity.make();
        this.hostKey = host.publicLine();
        Path hostKeyFile = folder.resolve("host_key");
        Files.write(hostKeyFile, host.privateFile());
        Files.setPosixFilePermissions(hostKeyFile, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(folder.resolve("authorized_keys"), authorizedKey + "\n");
        this.port = freePort();
        Files.writeString(
                folder.resolve("sshd_config"),
                """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                StrictModes no
                UsePAM no
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                AllowTcpForwarding remote
                %s
                """
                        .formatted(port, hostKeyFile, folder.resolve("authorized_keys"), further));
        if ("root".equals(System.getProperty("user.name"))) {
            // Where sshd drops its privileges; a service would have made it.
            Files.createDirectories(Path.of("/run/sshd"));
        }
        this.process = start();
    }

    private Process start() throws Exception {
        Process started =
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "-D",
                                "-e",
                                "-f",
                                folder.resolve("sshd_config").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("sshd.log").toFile()))
                        .start();
        for (int i = 0; i < 100; i++) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (probe.isConnected()) {
                    return started;
                }
            } catch (IOException notYet) {
                Thread.sleep(50);
            }
        }
        throw new AssertionError(
                "sshd does not listen: " + Files.readString(folder.resolve("sshd.log")));
    }

    int port() {
        return port;
    }

    String hostKey() {
        return hostKey;
    }

    /** What it and its sessions have said. */
    String output() throws IOException {
        return Files.readString(folder.resolve("sshd.log"));
    }

    /** The sessions' processes: one a connection. */
    List<ProcessHandle> sessions() {
        return process.descendants().toList();
    }

    /** Ends the connections, not the listener. */
    void dropSessions() {
        sessions().forEach(ProcessHandle::destroyForcibly);
    }

    /** Nothing answers any more, and nothing is closed. */
    void freeze() throws Exception {
        signal("STOP");
    }

    private void signal(String name) throws Exception {
        for (ProcessHandle handle :
                Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList()) {
            new ProcessBuilder("kill", "-" + name, Long.toString(handle.pid())).start().waitFor();
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all =
                Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().orTimeout(5, TimeUnit.SECONDS).join();
    }
}
