package io.opnmanager.tunnel.benchmarks.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What a script of a firewall does with curl, beside a real agent: asks every 15 s, is answered at
 * once, and triggers the agent when something waits.
 */
public final class PlainPolls implements AutoCloseable {

    private static final int EVERY_SECONDS = 15;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("plain-polls").daemon().factory());
    private final OperatorClient broker;
    private final JsonNode credential;
    private final Path socket;

    private PlainPolls(OperatorClient broker, JsonNode credential, Path socket) {
        this.broker = broker;
        this.credential = credential;
        this.socket = socket;
    }

    /** Begins. */
    public static PlainPolls start(Broker broker, Path agentState) throws IOException {
        JsonNode credential =
                new ObjectMapper().readTree(agentState.resolve("credential.json").toFile());
        var polls =
                new PlainPolls(
                        OperatorClient.bearer(
                                broker.uri(),
                                broker.certificates().clientContext(),
                                credential.path("agent_token").asText()),
                        credential,
                        agentState.resolve("agent.sock"));
        // Its task says what went wrong.
        var _ = polls.timer.scheduleAtFixedRate(polls::poll, 0, EVERY_SECONDS, TimeUnit.SECONDS);
        return polls;
    }

    private void poll() {
        try {
            var answer =
                    broker.call(
                            "POST",
                            "/api/quickconnect_check",
                            OperatorClient.object()
                                    .put("firewall_id", credential.path("firewall_id").asLong()));
            if (answer.body().path("has_requests").asBoolean()) {
                trigger();
            }
        } catch (IOException e) {
            System.err.println("benchmarks: a plain poll failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void trigger() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var _ = channel.write(ByteBuffer.wrap("checkin\n".getBytes(StandardCharsets.US_ASCII)));
            var _ = channel.read(ByteBuffer.allocate(64));
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        broker.close();
    }
}
