package io.opnmanager.tunnel.benchmarks.peer;

import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What people use without us: an sshd of its own and {@code ssh -N -R}, both as who runs the
 * benchmarks, with one key each and one cipher. The forward listens on 127.0.0.1 at the server as a
 * tunnel does at the broker, and ends at the target as the client reaches it.
 */
public final class OpenSshPair implements AutoCloseable {

    /** The cipher of both ends, which is also the first choice of ours. */
    public static final String CIPHER = "aes128-gcm@openssh.com";

    private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");
    private static final Duration READY_WITHIN = Duration.ofSeconds(10);

    private final Path folder;
    private final boolean madePrivilegeSeparation;
    private final Program server;
    private final InetSocketAddress forward;
    private @Nullable Program client;

    private OpenSshPair(
            Path folder,
            boolean madePrivilegeSeparation,
            Program server,
            InetSocketAddress forward) {
        this.folder = folder;
        this.madePrivilegeSeparation = madePrivilegeSeparation;
        this.server = server;
        this.forward = forward;
    }

    /**
     * Both on 127.0.0.1.
     *
     * @param target where the forward ends
     */
    public static OpenSshPair start(Path folder, InetSocketAddress target)
            throws IOException, InterruptedException {
        return start(folder, target, "127.0.0.1", List.of());
    }

    /**
     * The same with the client elsewhere.
     *
     * @param address that the server listens on and the client dials
     * @param prefix of the client's command, such as {@code ip netns exec NAME}
     */
    public static OpenSshPair start(
            Path folder, InetSocketAddress target, String address, List<String> prefix)
            throws IOException, InterruptedException {
        PrivateFile.folder(folder);
        for (String key : List.of("server", "client")) {
            try (Program keygen =
                    Program.start(
                            "keygen-" + key,
                            folder,
                            List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key),
                            Map.of())) {
                int code = keygen.awaitExit(READY_WITHIN);
                if (code != 0) {
                    throw new IOException("ssh-keygen ended with " + code + ": " + keygen.output());
                }
            }
        }
        boolean made = makePrivilegeSeparation();
        int port = Loopback.freePort();
        OpenSshPair pair =
                new OpenSshPair(
                        folder,
                        made,
                        server(folder, address, port),
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Loopback.freePort()));
        try {
            pair.server.awaitReady(READY_WITHIN, () -> Loopback.isListening(port));
            pair.connect(target, address, port, prefix);
            return pair;
        } catch (IOException | InterruptedException | RuntimeException e) {
            pair.close();
            throw e;
        }
    }

    /** As root sshd wants this folder, which a service would have made. */
    private static boolean makePrivilegeSeparation() throws IOException {
        if (!"root".equals(System.getProperty("user.name")) || Files.exists(PRIVILEGE_SEPARATION)) {
            return false;
        }
        Files.createDirectory(PRIVILEGE_SEPARATION);
        return true;
    }

    private static Program server(Path folder, String address, int port) throws IOException {
        Files.copy(folder.resolve("client.pub"), folder.resolve("authorized_keys"));
        Path file = folder.resolve("sshd_config");
        Files.writeString(
                file,
                """
                ListenAddress %1$s:%2$d
                HostKey "%3$s/server"
                AuthorizedKeysFile "%3$s/authorized_keys"
                Ciphers %4$s
                PidFile none
                UsePAM no
                UseDNS no
                StrictModes no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                AllowTcpForwarding remote
                """
                        .formatted(address, port, folder, CIPHER));
        String sshd =
                Files.isExecutable(Path.of("/usr/sbin/sshd")) ? "/usr/sbin/sshd" : "/usr/bin/sshd";
        // -D: it stays our child.
        return Program.start(
                "sshd", folder, List.of(sshd, "-D", "-e", "-f", file.toString()), Map.of());
    }

    private void connect(InetSocketAddress target, String address, int port, List<String> prefix)
            throws IOException, InterruptedException {
        Path known = folder.resolve("known_hosts");
        Files.writeString(known, "server " + Files.readString(folder.resolve("server.pub")));
        Path file = folder.resolve("ssh_config");
        Files.writeString(
                file,
                """
                Host server
                HostName %1$s
                Port %2$d
                HostKeyAlias server
                User %3$s
                IdentityFile "%4$s/client"
                IdentitiesOnly yes
                IdentityAgent none
                UserKnownHostsFile "%4$s/known_hosts"
                GlobalKnownHostsFile none
                StrictHostKeyChecking yes
                BatchMode yes
                Ciphers %5$s
                ExitOnForwardFailure yes
                RemoteForward 127.0.0.1:%6$d %7$s:%8$d
                """
                        .formatted(
                                address,
                                port,
                                System.getProperty("user.name"),
                                folder,
                                CIPHER,
                                forward.getPort(),
                                target.getHostString(),
                                target.getPort()));
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("ssh", "-N", "-F", file.toString(), "server"));
        client = Program.start("ssh", folder, command, Map.of());
        client.awaitReady(READY_WITHIN, () -> Loopback.isListening(forward.getPort()));
    }

    /** Where the forward listens. */
    public InetSocketAddress forward() {
        return forward;
    }

    /** The processes of both ends; what they started belongs to them. */
    public List<Long> ends() {
        if (client == null) {
            throw new IllegalStateException("the client was not started");
        }
        return List.of(server.pid(), client.pid());
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
        }
        server.close();
        if (madePrivilegeSeparation) {
            Files.deleteIfExists(PRIVILEGE_SEPARATION);
        }
    }
}
