package io.opnmanager.tunnel.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.opnmanager.tunnel.agent.broker.StateFolder;
import io.opnmanager.tunnel.agent.transport.Identity;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A broker's API, an OpenSSH far end, a page behind the firewall, and an enrolled agent. */
final class World implements AutoCloseable {
    final BrokerDouble broker = new BrokerDouble();
    final EchoTarget target = new EchoTarget();
    final Path state;
    final OpenSshServer ssh;
    boolean updates;
    private @Nullable Agent agent;

    World(Path folder) throws Exception {
        this(folder, null);
    }

    World(Path folder, @Nullable String otherHostKey) throws Exception {
        this(folder, otherHostKey, "");
    }

    /** With further lines for its sshd. */
    World(Path folder, @Nullable String otherHostKey, String sshd) throws Exception {
        state = folder.resolve("state");
        broker.enrolmentAnswer = answer(1, "ssh-ed25519 AAAA");
        // The far end must know the key and the credential the host key: enrol with what is known.
        Path sshFolder = folder.resolve("sshd");
        Identity identity = Identity.make();
        ssh = new OpenSshServer(sshFolder, identity.publicLine(), sshd);
        broker.enrolmentAnswer =
                answer(ssh.port(), otherHostKey == null ? ssh.hostKey() : otherHostKey);
        new Enrolment(new StateFolder(state), "1", "https://localhost:443")
                .enrol(BrokerAddress.of(broker.url(), null, null), "once", false);
        Files.write(state.resolve("id_ed25519"), identity.privateFile());
        broker.calls.clear();
    }

    static Map<String, Object> answer(int sshPort, String hostKey) {
        Map<String, Object> answer = new HashMap<>();
        answer.put("firewall_id", 21);
        answer.put("agent_token", BrokerDouble.TOKEN);
        answer.put("ssh_host", "127.0.0.1");
        answer.put("ssh_port", sshPort);
        answer.put("ssh_user", System.getProperty("user.name"));
        answer.put("ssh_host_keys", List.of(hostKey));
        answer.put("check_interval", 15);
        answer.put("checkin_interval", 60);
        return answer;
    }

    static AgentConfiguration configuration(Map<String, String> keys) {
        return new SmallRyeConfigBuilder()
                .withMapping(AgentConfiguration.class)
                .withSources(new PropertiesConfigSource(keys, "test", 500))
                .build()
                .getConfigMapping(AgentConfiguration.class);
    }

    AgentConfiguration configuration() {
        return configuration(
                Map.of(
                        "agent.state-folder",
                        state.toString(),
                        "agent.update",
                        updates + "",
                        "agent.targets",
                        "127.0.0.1:" + target.port()));
    }

    World startAgent() throws Exception {
        agent = Agent.start(configuration(), "1.0");
        return this;
    }

    void stopAgent() {
        if (agent != null) {
            agent.close();
        }
        agent = null;
    }

    /** A request for the page behind the firewall; gives the broker's port. */
    int ask(long requestId) throws Exception {
        int port = OpenSshServer.freePort();
        broker.ask(requestId, port, "localhost", target.port(), ssh.port());
        return port;
    }

    String trigger() throws Exception {
        return say("checkin\n");
    }

    String say(String words) throws Exception {
        return say(state.resolve("agent.sock"), words);
    }

    static String say(Path socket, String words) throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(words.getBytes(US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (channel.read(answer) >= 0) {
                // until the agent closes
            }
            return new String(answer.array(), 0, answer.position(), US_ASCII);
        }
    }

    /** Sends through the tunnel and reads as much back. */
    static byte[] echo(int port, byte[] sent) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            socket.getOutputStream().write(sent);
                            socket.shutdownOutput();
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
            return socket.getInputStream().readNBytes(sent.length);
        }
    }

    static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws java.io.IOException {
        stopAgent();
        ssh.close();
        target.close();
        broker.close();
    }
}
