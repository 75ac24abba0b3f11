package io.opnmanager.tunnel.broker.cluster;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** This broker among the nodes: its name, and its row that says that it is there. */
@ApplicationScoped
public class ThisNode {

    private static final Logger LOG = Logger.getLogger(ThisNode.class);

    private final Jdbi jdbi;
    private final String name;
    private final String version;
    private volatile boolean announced;

    /** Monotonic; since when every sign of this node could be written. */
    private volatile long steadySince = System.nanoTime();

    private volatile boolean draining;

    ThisNode(
            Jdbi jdbi,
            ClusterSettings settings,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.jdbi = jdbi;
        this.name = settings.name().orElseGet(ThisNode::hostName);
        this.version = version;
        if (name.isBlank() || name.length() > 100) {
            throw new IllegalArgumentException(
                    "opnmanager.node.name: wanted 1 to 100 characters, found " + name.length());
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "the machine has no host name: set opnmanager.node.name", e);
        }
    }

    /** Unique among the nodes, the same after a restart. */
    public String name() {
        return name;
    }

    /** Whether this node is being stopped and takes nothing new. */
    public boolean draining() {
        return draining;
    }

    /**
     * Whether this node has seen the database without a gap for so long. Only then can it tell that
     * another node is gone: after an outage of the database every node looks silent.
     */
    public boolean steadyFor(Duration time) {
        return System.nanoTime() - steadySince > time.toNanos();
    }

    /** Says where agents reach this node's SSH entrance; from then on requests can belong to it. */
    public void announce(String sshHost, int sshPort) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                INSERT INTO node (name, ssh_host, ssh_port, version, started_at, last_seen, draining)
                                VALUES (:name, :host, :port, :version, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), FALSE)
                                ON DUPLICATE KEY UPDATE ssh_host = VALUES(ssh_host), ssh_port = VALUES(ssh_port),
                                    version = VALUES(version), started_at = VALUES(started_at),
                                    last_seen = VALUES(last_seen), draining = FALSE
                                """)
                        .bind("name", name)
                        .bind("host", sshHost)
                        .bind("port", sshPort)
                        .bind("version", version)
                        .execute());
        announced = true;
    }

    /**
     * Says where browsers reach the sessions of this node.
     *
     * @param sessionUrl an origin with {@code *} for the part that is each session's own
     */
    public void announceSessions(String sessionUrl) {
        jdbi.useHandle(handle ->
                handle.createUpdate("UPDATE node SET session_url = :url WHERE name = :name")
                        .bind("url", sessionUrl)
                        .bind("name", name)
                        .execute());
    }

    /**
     * Says where programs reach the sessions of this node, on the same hosts.
     *
     * @param port null when they cannot
     */
    public void announceStreams(@Nullable Integer port) {
        jdbi.useHandle(handle ->
                handle.createUpdate("UPDATE node SET stream_port = :port WHERE name = :name")
                        .bind("port", port)
                        .bind("name", name)
                        .execute());
    }

    /** From now on this node takes nothing new. */
    public void drain() {
        draining = true;
        sign();
    }

    @Scheduled(every = "${opnmanager.node.sign:5s}", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void sign() {
        if (!announced) {
            return;
        }
        try {
            jdbi.useHandle(handle ->
                    handle.createUpdate(
                                    "UPDATE node SET last_seen = UTC_TIMESTAMP(6), draining = :draining WHERE name = :name")
                            .bind("name", name)
                            .bind("draining", draining)
                            .execute());
        } catch (RuntimeException e) {
            steadySince = System.nanoTime();
            LOG.warnf(
                    "the sign of this node could not be written: node=%s error=%s",
                    name, e.getMessage());
        }
    }
}
