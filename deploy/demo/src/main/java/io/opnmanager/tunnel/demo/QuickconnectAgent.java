package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The quickconnect-agent beside an agent, as its own process. */
public final class QuickconnectAgent implements AutoCloseable {

    private final Path folder;
    private final TunnelAgent agent;
    private @Nullable Program program;

    private QuickconnectAgent(Path folder, TunnelAgent agent) {
        this.folder = folder;
        this.agent = agent;
    }

    /** Prepares one that reads the agent's identity and triggers it through its socket. */
    public static QuickconnectAgent prepare(Path folder, TunnelAgent agent) {
        return new QuickconnectAgent(folder, agent);
    }

    /** Starts it; whether it asks shows at the broker, where its firewall is online. */
    public synchronized void start() throws IOException {
        program =
                Program.ofModule(
                        "quickconnect-agent",
                        folder,
                        "quickconnect-agent",
                        new Programs.Start(
                                agent.prefix(),
                                TunnelAgent.BRIEF,
                                Map.of("quickconnect.state-folder", agent.stateFolder().toString()),
                                List.of()),
                        Map.of());
    }

    /** The process, for signals. */
    public synchronized Program program() {
        if (program == null) {
            throw new IllegalStateException("the quickconnect-agent was not started");
        }
        return program;
    }

    @Override
    public synchronized void close() {
        if (program != null) {
            program.close();
        }
    }
}
