package io.opnmanager.tunnel.acceptance;

import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An OpenSSH server on 127.0.0.1 as a firewall's own. Its folder has the host key {@code host}, the
 * key {@code operator} that it lets in, and {@code known_hosts} that knows it as {@code firewall}.
 */
final class OpenSshServer implements AutoCloseable {

    private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

    private final Path folder;
    private final boolean made;
    private final Program sshd;

    private OpenSshServer(Path folder, boolean made, Program sshd) {
        this.folder = folder;
        this.made = made;
        this.sshd = sshd;
    }

    static OpenSshServer start(Path folder, int port) throws Exception {
        PrivateFile.folder(folder);
        boolean made = preparePrivilegeSeparation();
        Program sshd = sshd(folder, port);
        sshd.awaitReady(Duration.ofSeconds(30), () -> Loopback.isListening(port));
        return new OpenSshServer(folder, made, sshd);
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        sshd.close();
        if (made) {
            Files.deleteIfExists(PRIVILEGE_SEPARATION);
        }
    }

    private static Program sshd(Path folder, int port) throws Exception {
        for (String key : List.of("host", "operator")) {
            StockFirewall.run(
                    folder,
                    "keygen-" + key,
                    List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key));
        }
        Files.copy(folder.resolve("operator.pub"), folder.resolve("authorized_keys"));
        Files.writeString(
                folder.resolve("known_hosts"),
                "firewall " + Files.readString(folder.resolve("host.pub")));
        Files.writeString(
                folder.resolve("sshd_config"),
                """
                ListenAddress 127.0.0.1:%d
                HostKey %2$s/host
                AuthorizedKeysFile %2$s/authorized_keys
                PidFile none
                UsePAM no
                StrictModes no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                """
                        .formatted(port, folder));
        String sshd =
                Files.isExecutable(Path.of("/usr/sbin/sshd")) ? "/usr/sbin/sshd" : "/usr/bin/sshd";
        // -D: it stays our child.
        return Program.start(
                "sshd", folder, List.of(sshd, "-D", "-e", "-f", folder + "/sshd_config"), Map.of());
    }

    /** As root sshd wants this folder, which a service would have made. */
    private static boolean preparePrivilegeSeparation() throws Exception {
        if (!"root".equals(System.getProperty("user.name")) || Files.exists(PRIVILEGE_SEPARATION)) {
            return false;
        }
        Files.createDirectory(PRIVILEGE_SEPARATION);
        return true;
    }
}
