package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A firewall with curl and OpenSSH and nothing of ours. Secrets are in 0600 files, as a script on a
 * firewall would keep them.
 */
final class StockFirewall {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final AtomicInteger CALLS = new AtomicInteger();

    private final Path folder;
    private final Broker broker;
    private final long id;
    private final FirewallPage page;
    private final String suffix;
    private String sshHost = "";
    private int sshPort;
    private String sshUser = "";

    private StockFirewall(Path folder, Broker broker, long id, FirewallPage page, String suffix) {
        this.folder = folder;
        this.broker = broker;
        this.id = id;
        this.page = page;
        this.suffix = suffix;
    }

    /**
     * Makes a key with ssh-keygen and enrols with curl.
     *
     * @param suffix of every path, empty or {@code .php}
     */
    static StockFirewall enrol(
            Path folder, Broker broker, long id, FirewallPage page, String token, String suffix)
            throws Exception {
        PrivateFile.folder(folder);
        var firewall = new StockFirewall(folder, broker, id, page, suffix);
        run(
                folder,
                "ssh-keygen",
                List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id_ed25519"));
        firewall.enrol(token);
        return firewall;
    }

    private void enrol(String token) throws Exception {
        PrivateFile.write(folder.resolve("curl"), "");
        JsonNode answer =
                post(
                        "enroll",
                        OperatorClient.object()
                                .put("enrolment_token", token)
                                .put("hostname", "stock.localdomain")
                                .put("agent_version", "stock")
                                .put("platform", "any")
                                .put("web_target", page.target())
                                .put("ssh_public_key", publicKey()));
        assertThat(answer.path("firewall_id").asLong()).isEqualTo(id);
        sshHost = answer.path("ssh_host").asText();
        sshPort = answer.path("ssh_port").asInt();
        sshUser = answer.path("ssh_user").asText();
        assertThat(sshUser).isEqualTo("fw-" + id);
        assertThat(answer.path("ssh_host_keys")).isNotEmpty();
        PrivateFile.write(
                folder.resolve("curl"),
                "header = \"Authorization: Bearer " + answer.path("agent_token").asText() + "\"\n");
        var known = new StringBuilder();
        for (JsonNode key : answer.path("ssh_host_keys")) {
            known.append('[').append(sshHost).append("]:").append(sshPort).append(' ');
            known.append(key.asText()).append('\n');
        }
        Files.writeString(folder.resolve("known_hosts"), known);
    }

    private String publicKey() throws IOException {
        return Files.readString(folder.resolve("id_ed25519.pub")).strip();
    }

    long id() {
        return id;
    }

    FirewallPage page() {
        return page;
    }

    Path folder() {
        return folder;
    }

    /** One call of the agent API with curl; fails unless the answer is 200. */
    JsonNode post(String path, ObjectNode body) throws Exception {
        JsonNode answer = postAnything(path, body);
        assertThat(answer.path("http_status").asInt()).as("%s: %s", path, answer).isEqualTo(200);
        return answer;
    }

    /** One call of the agent API with curl; {@code http_status} is added to the answer. */
    JsonNode postAnything(String path, ObjectNode body) throws Exception {
        Path file = folder.resolve("body-" + CALLS.incrementAndGet());
        PrivateFile.write(file, body.toString());
        String output =
                run(
                        folder,
                        "curl-" + CALLS.incrementAndGet(),
                        List.of(
                                "curl",
                                "-sS",
                                "--max-time",
                                "25",
                                "--cacert",
                                broker.certificates().authorityFile().toString(),
                                "-K",
                                "curl",
                                "-H",
                                "Content-Type: application/json",
                                "--data-binary",
                                "@" + file,
                                "-w",
                                "\n%{http_code}",
                                broker.uri() + "/api/" + path + suffix));
        int end = output.lastIndexOf('\n');
        JsonNode answer = JSON.readTree(output.substring(0, end));
        ((ObjectNode) answer).put("http_status", Integer.parseInt(output.substring(end + 1)));
        return answer;
    }

    JsonNode checkin() throws Exception {
        return post("agent_checkin", OperatorClient.object().put("firewall_id", id));
    }

    boolean hasRequests() throws Exception {
        // As a string of digits: installed scripts send it so.
        return post(
                        "quickconnect_check",
                        OperatorClient.object().put("firewall_id", Long.toString(id)))
                .path("has_requests")
                .asBoolean();
    }

    void report(long request, String status, Program ssh, int port) throws Exception {
        JsonNode answer =
                post(
                        "tunnel_status",
                        OperatorClient.object()
                                .put("request_id", request)
                                .put("status", status)
                                .put("tunnel_pid", ssh.pid())
                                .put("tunnel_port", port));
        assertThat(answer.path("success").asBoolean()).isTrue();
    }

    /** The stock client, {@code ssh -N -R port:localhost:page}; the caller ends it. */
    Program tunnel(int port) throws IOException {
        return ssh("-N", "-R", port + ":localhost:" + page.port());
    }

    /** The stock client with the identity of this firewall and any further words. */
    Program ssh(String... words) throws IOException {
        return sshAs(sshUser, words);
    }

    /** The same as another user. */
    Program sshAs(String user, String... words) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "ssh",
                                "-F",
                                "/dev/null",
                                "-i",
                                "id_ed25519",
                                "-o",
                                "IdentitiesOnly=yes",
                                "-o",
                                "BatchMode=yes",
                                "-o",
                                "StrictHostKeyChecking=yes",
                                "-o",
                                "UserKnownHostsFile=known_hosts",
                                "-o",
                                "GlobalKnownHostsFile=/dev/null",
                                "-o",
                                "ExitOnForwardFailure=yes",
                                "-o",
                                "ConnectTimeout=10",
                                "-o",
                                "LogLevel=VERBOSE",
                                "-p",
                                Integer.toString(sshPort),
                                "-l",
                                user));
        // Options come before the host, a command after it.
        List<String> after = new ArrayList<>();
        boolean isCommand = false;
        for (String word : words) {
            if (word.equals("--")) {
                isCommand = true;
            } else if (isCommand) {
                after.add(word);
            } else {
                command.add(word);
            }
        }
        command.add(sshHost);
        command.addAll(after);
        return Program.start("ssh-" + CALLS.incrementAndGet(), folder, command, Map.of());
    }

    /** Runs a program to its end and answers its output. */
    static String run(Path folder, String name, List<String> command) throws Exception {
        try (Program program = Program.start(name, folder, command, Map.of())) {
            int code = program.awaitExit(LIMIT);
            assertThat(code).as("%s: %s", command, program.output()).isZero();
            return program.output();
        }
    }
}
