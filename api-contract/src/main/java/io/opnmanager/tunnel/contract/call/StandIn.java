package io.opnmanager.tunnel.contract.call;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.util.Locale;
import javax.net.ssl.SSLServerSocket;

/**
 * A broker that has nothing to do, for the run in which an installation makes its ahead-of-time
 * cache: so that the cache holds what a check-in needs. It listens on the loopback address, keeps
 * no secret, and ends with its process.
 */
public final class StandIn {
    private static final int LONGEST_REQUEST = 64 * 1024;

    private static final String NOTHING =
            """
            {"firewall_id":1,"has_requests":false,"pending_requests":[],"kill":[],\
            "server_time":"2026-01-01T00:00:00Z","checkin_interval":60,"keep_alive":false,"update":null}\
            """;

    private StandIn() {}

    /**
     * Serves until the process ends, and puts a credential for it into a folder.
     *
     * @param arguments the folder
     */
    public static void main(String... arguments) throws Exception {
        serve(Path.of(arguments[0]), 9, "");
    }

    /**
     * The same with SSH.
     *
     * @param folder where {@code credential.json} is put, last
     * @param sshPort a port of this machine
     * @param hostKey its line, or empty
     */
    public static void serve(Path folder, int sshPort, String hostKey)
            throws IOException, GeneralSecurityException {
        RehearsalCertificates certificates = RehearsalCertificates.make();
        Path authority = folder.resolve("ca.pem");
        Files.writeString(authority, certificates.authority());
        try (SSLServerSocket server =
                (SSLServerSocket)
                        certificates
                                .context()
                                .getServerSocketFactory()
                                .createServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            byte[] credential =
                    Fields.write(json -> {
                        json.writeNumberField("firewall_id", 1);
                        json.writeStringField("agent_token", "rehearsal");
                        json.writeStringField("ssh_host", "127.0.0.1");
                        json.writeNumberField("ssh_port", sshPort);
                        json.writeStringField("ssh_user", "fw-1");
                        json.writeArrayFieldStart("ssh_host_keys");
                        json.writeString(hostKey);
                        json.writeEndArray();
                        json.writeNumberField("check_interval", 15);
                        json.writeNumberField("checkin_interval", 60);
                        json.writeStringField(
                                "broker_url", "https://127.0.0.1:" + server.getLocalPort());
                        json.writeStringField("ca_file", authority.toString());
                    });
            Path next = folder.resolve("credential.json.new");
            Files.write(next, credential);
            Files.move(next, folder.resolve("credential.json"), StandardCopyOption.ATOMIC_MOVE);
            while (true) {
                Socket caller = server.accept();
                Thread.ofVirtual().start(() -> answer(caller));
            }
        }
    }

    private static void answer(Socket caller) {
        try (caller;
                InputStream in = new BufferedInputStream(caller.getInputStream())) {
            while (request(in)) {
                byte[] body = NOTHING.getBytes(StandardCharsets.UTF_8);
                String head =
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n";
                caller.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                caller.getOutputStream().write(body);
                caller.getOutputStream().flush();
            }
        } catch (IOException gone) {
            System.err.println("a caller went: " + gone.getMessage());
        }
    }

    /** Reads one to its end; false when there is none. */
    private static boolean request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || head.length() > LONGEST_REQUEST) {
                return false;
            }
            head.append((char) next);
        }
        for (String line : head.toString().toLowerCase(Locale.ROOT).split("\r\n", -1)) {
            if (line.startsWith("content-length:")) {
                in.skipNBytes(Integer.parseInt(line.substring(15).strip()));
            }
        }
        return true;
    }
}
