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
import java.util.List;
import java.util.Map;

/** One end of stunnel, which asks the other for a certificate of its authority, TLS 1.3. */
public final class Stunnel implements AutoCloseable {

    /** Of both ends, and the first choice of ours. */
    public static final String CIPHER = "TLS_AES_128_GCM_SHA256";

    private static final Duration READY_WITHIN = Duration.ofSeconds(10);

    private final Program program;
    private final InetSocketAddress address;

    private Stunnel(Program program, InetSocketAddress address) {
        this.program = program;
        this.address = address;
    }

    /**
     * What an end is and trusts, as PEM files.
     *
     * @param certificate its own, and those that vouch for it
     * @param key its own
     * @param authority of the other end
     */
    public record Identity(Path certificate, Path key, Path authority) {}

    /** Takes TLS and leads to plain TCP. */
    public static Stunnel server(Path folder, Identity identity, InetSocketAddress to)
            throws IOException, InterruptedException {
        return start(folder, "server", identity, to, "");
    }

    /** Takes plain TCP and leads to TLS. */
    public static Stunnel client(Path folder, Identity identity, InetSocketAddress to)
            throws IOException, InterruptedException {
        return start(folder, "client", identity, to, "");
    }

    /** The same, asking for a server of this name. */
    public static Stunnel client(
            Path folder, Identity identity, InetSocketAddress to, String serverName)
            throws IOException, InterruptedException {
        return start(folder, "client", identity, to, "sni = " + serverName);
    }

    private static Stunnel start(
            Path folder, String end, Identity identity, InetSocketAddress to, String more)
            throws IOException, InterruptedException {
        PrivateFile.folder(folder);
        int port = Loopback.freePort();
        Path file = folder.resolve(end + ".conf");
        Files.writeString(
                file,
                """
                foreground = yes
                pid =
                debug = 3
                socket = l:TCP_NODELAY=1
                socket = r:TCP_NODELAY=1
                [%1$s]
                client = %2$s
                accept = 127.0.0.1:%3$d
                connect = 127.0.0.1:%4$d
                cert = %5$s
                key = %6$s
                CAfile = %7$s
                verifyChain = yes
                sslVersion = TLSv1.3
                ciphersuites = %8$s
                %9$s
                """
                        .formatted(
                                end,
                                end.equals("client") ? "yes" : "no",
                                port,
                                to.getPort(),
                                identity.certificate(),
                                identity.key(),
                                identity.authority(),
                                CIPHER,
                                more));
        Program program =
                Program.start(
                        "stunnel-" + end, folder, List.of("stunnel4", file.toString()), Map.of());
        try {
            program.awaitReady(READY_WITHIN, () -> Loopback.isListening(port));
        } catch (IOException | InterruptedException | RuntimeException e) {
            program.close();
            throw e;
        }
        return new Stunnel(program, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
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
