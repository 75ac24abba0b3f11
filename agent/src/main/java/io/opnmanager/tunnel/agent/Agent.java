package io.opnmanager.tunnel.agent;

import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.broker.Credential;
import io.opnmanager.tunnel.agent.broker.StateFolder;
import io.opnmanager.tunnel.agent.poll.AlreadyRunning;
import io.opnmanager.tunnel.agent.poll.Checkins;
import io.opnmanager.tunnel.agent.poll.Facts;
import io.opnmanager.tunnel.agent.poll.SingleInstance;
import io.opnmanager.tunnel.agent.poll.TriggerSocket;
import io.opnmanager.tunnel.agent.poll.Wake;
import io.opnmanager.tunnel.agent.status.Reports;
import io.opnmanager.tunnel.agent.transport.Endpoint;
import io.opnmanager.tunnel.agent.transport.HostKeys;
import io.opnmanager.tunnel.agent.transport.Identity;
import io.opnmanager.tunnel.agent.transport.SshTransport;
import io.opnmanager.tunnel.agent.tunnel.AllowedTargets;
import io.opnmanager.tunnel.agent.tunnel.Tunnels;
import io.opnmanager.tunnel.agent.update.Updates;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;

/** A running agent: owns everything that must end, and ends it in the order of its making. */
final class Agent implements AutoCloseable {
    private static final Logger log = Logger.getLogger(Agent.class);

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    private Agent() {}

    /** There is no enrolment in the state folder. */
    static final class NotEnrolled extends Exception {
        private static final long serialVersionUID = 1L;

        NotEnrolled(StateFolder folder) {
            super("not enrolled: no credential in " + folder.path() + ", run 'agent enroll' first");
        }
    }

    /**
     * Starts one.
     *
     * @throws NotEnrolled when there is no identity
     * @throws AlreadyRunning when another agent uses it
     * @throws IllegalArgumentException when configuration or identity cannot be used
     */
    static Agent start(AgentConfiguration configuration, String version)
            throws NotEnrolled, AlreadyRunning {
        Agent agent = new Agent();
        boolean started = false;
        try {
            agent.wire(configuration, version);
            started = true;
            return agent;
        } finally {
            if (!started) {
                agent.close();
            }
        }
    }

    private void wire(AgentConfiguration configuration, String version)
            throws NotEnrolled, AlreadyRunning {
        AllowedTargets allowed = AllowedTargets.of(configuration.targets());
        StateFolder folder = new StateFolder(Path.of(configuration.stateFolder()));
        Credential credential = folder.credential().orElseThrow(() -> new NotEnrolled(folder));
        folder.prepare();
        own(SingleInstance.take(folder.lockFile()));

        BrokerAddress address = address(configuration.broker(), credential);
        Broker broker = own(Broker.of(address, credential.agentToken()));
        SshTransport transport =
                own(
                        new SshTransport(
                                credential.sshUser(),
                                Identity.read(folder.keyFile()),
                                HostKeys.of(credential.sshHostKeys())));
        Endpoint endpoint = new Endpoint(credential.sshHost(), credential.sshPort());
        Wake wake = new Wake();
        Reports reports = own(new Reports(broker, wake::change));
        Tunnels tunnels = own(new Tunnels(transport, broker, allowed, endpoint, reports));
        Facts facts =
                new Facts(
                        credential.firewallId(),
                        version,
                        Machine.hostname(),
                        Machine.platform(),
                        configuration.webTarget(),
                        Duration.ofSeconds(credential.checkinInterval()));
        Checkins checkins =
                own(
                        new Checkins(
                                broker,
                                tunnels,
                                new Updates(folder, configuration.update(), version),
                                wake,
                                facts));
        Path socket = configuration.socket().map(Path::of).orElseGet(folder::socket);
        own(TriggerSocket.open(socket, wake::trigger));

        checkins.start(() -> transport.warmUp(endpoint));
        // Owned last, so that it is told first that the agent stops.
        own(ServiceManager.ofThisProcess()).ready(checkins::onTime);
        // As text: digits of a language would be loaded for a number, and stay.
        log.infof(
                "agent started firewall=%s broker=%s targets=%s socket=%s",
                credential.firewallId(), address.url(), allowed, socket);
    }

    private static BrokerAddress address(
            AgentConfiguration.BrokerOverrides overrides, Credential credential) {
        // An overriding trust replaces the enrolled one as a whole: a pin and a file exclude each
        // other.
        boolean otherTrust = overrides.caFile().isPresent() || overrides.pinnedKey().isPresent();
        return BrokerAddress.of(
                overrides.url().orElse(credential.brokerUrl()),
                otherTrust ? overrides.caFile().orElse(null) : credential.caFile(),
                otherTrust ? overrides.pinnedKey().orElse(null) : credential.pinnedKey());
    }

    private <T extends AutoCloseable> T own(T closeable) {
        owned.push(closeable);
        return closeable;
    }

    /**
     * Ends tunnels, tells the broker as far as it listens, and leaves nothing: within 3 s. Closing
     * again waits for the first time.
     */
    @Override
    public synchronized void close() {
        while (!owned.isEmpty()) {
            AutoCloseable next = owned.pop();
            try {
                next.close();
            } catch (Exception e) {
                log.warnf(e, "not closed cleanly part=%s", next.getClass().getSimpleName());
            }
        }
    }
}
