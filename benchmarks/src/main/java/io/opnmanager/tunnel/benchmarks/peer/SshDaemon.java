package io.opnmanager.tunnel.benchmarks.peer;

import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/** OpenSSH's server for many short sessions of one key, with a configuration of its own. */
public final class SshDaemon implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");
    private static final String MOST_AT_ONCE = "1000";

    private final Program program;
    private final int port;
    private final boolean madePrivilegeSeparation;

    private SshDaemon(Program program, int port, boolean madePrivilegeSeparation) {
        this.program = program;
        this.port = port;
        this.madePrivilegeSeparation = madePrivilegeSeparation;
    }

    /**
     * Starts it as the user who runs this.
     *
     * @param key whose owner may sign in and ask for forwards, and nothing else
     */
    public static SshDaemon start(Path folder, PublicKey key)
            throws IOException, InterruptedException {
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path hostKey = folder.resolve("host_key");
        Process keygen =
                new ProcessBuilder(
                                "ssh-keygen",
                                "-q",
                                "-t",
                                "ed25519",
                                "-N",
                                "",
                                "-f",
                                hostKey.toString())
                        .inheritIO()
                        .start();
        if (!keygen.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)
                || keygen.exitValue() != 0) {
            throw new IOException("ssh-keygen made no key");
        }
        Files.writeString(folder.resolve("authorized_keys"), PublicKeyEntry.toString(key) + "\n");
        int port = Loopback.freePort();
        Path configuration = folder.resolve("sshd_config");
        Files.writeString(
                configuration,
                """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s
                PidFile none
                AuthorizedKeysFile %s
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                UseDNS no
                PrintMotd no
                PermitTTY no
                AllowAgentForwarding no
                AllowTcpForwarding remote
                MaxStartups %s
                Ciphers aes128-gcm@openssh.com
                LogLevel ERROR
                """
                        .formatted(port, hostKey, folder.resolve("authorized_keys"), MOST_AT_ONCE));
        boolean made = makePrivilegeSeparation();
        Program program =
                Program.start(
                        "sshd",
                        folder,
                        List.of("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString()),
                        Map.of());
        try {
            program.awaitReady(READY_WITHIN, () -> Loopback.isListening(port));
        } catch (IOException | InterruptedException | RuntimeException e) {
            program.close();
            throw e;
        }
        return new SshDaemon(program, port, made);
    }

    /** As root sshd wants this folder, which a service would have made. */
    private static boolean makePrivilegeSeparation() throws IOException {
        if (!"root".equals(System.getProperty("user.name")) || Files.exists(PRIVILEGE_SEPARATION)) {
            return false;
        }
        Files.createDirectory(PRIVILEGE_SEPARATION);
        return true;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Who may sign in. */
    public String user() {
        return System.getProperty("user.name");
    }

    /** What a reader has to know of it. */
    public String settings() {
        return "its own configuration, MaxStartups " + MOST_AT_ONCE + ", no PAM, no DNS";
    }

    /** It and its sessions; those that ended count with their processor time. */
    public Processes process() {
        return Processes.of(program.pid());
    }

    /** Waits until its sessions have ended. */
    public void awaitNoSessions(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        ProcessHandle daemon = ProcessHandle.of(program.pid()).orElseThrow();
        while (daemon.children().findAny().isPresent()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("sessions of sshd still ran after " + limit);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    @Override
    public void close() throws IOException {
        program.close();
        if (madePrivilegeSeparation) {
            Files.deleteIfExists(PRIVILEGE_SEPARATION);
        }
    }
}
