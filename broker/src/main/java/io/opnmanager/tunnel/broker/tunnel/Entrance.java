package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.firewall.SshEndpoint;
import io.opnmanager.tunnel.contract.line.LineTransport;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.compression.Compression;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.apache.sshd.common.util.threads.SshThreadPoolExecutor;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The SSH server that agents dial: public keys only, forwards only, modern algorithms only. It
 * starts after the rows were recovered and before HTTP, and stops last.
 */
@ApplicationScoped
class Entrance implements SshEndpoint {

    private static final Logger LOG = Logger.getLogger(Entrance.class);

    /** What agents may send at once; OpenSSH keeps to its own 32 KiB. */
    private static final long PACKET = 128L << 10;

    private final SshSettings settings;
    private final HostKeys hostKeys;
    private final Admission admission;
    private final Tunnels tunnels;
    private final ThisNode node;
    private @Nullable SshServer server;
    private String shownKey = "";

    /** Read by every enrolment and check-in. */
    private volatile List<String> hostKeyLines = List.of();

    Entrance(
            SshSettings settings,
            HostKeys hostKeys,
            Admission admission,
            Tunnels tunnels,
            ThisNode node) {
        this.settings = settings;
        this.hostKeys = hostKeys;
        this.admission = admission;
        this.tunnels = tunnels;
        this.node = node;
    }

    void start(@Observes @Priority(10) StartupEvent event)
            throws IOException, GeneralSecurityException {
        KeyPair key = hostKeys.load();
        shownKey = HostKeys.line(key);
        announceKeys(shownKey, hostKeys.next());
        node.announce(host(), port());
        tunnels.recover();
        SshServer fresh = build(key);
        fresh.start();
        server = fresh;
        LOG.infof(
                "SSH entrance open: node=%s host=%s port=%d",
                node.name(), settings.host(), settings.port());
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        tunnels.closeAll();
        if (server != null) {
            server.stop(true);
        }
    }

    /** A key that is to replace this one counts without a restart. */
    @Scheduled(every = "15s", delayed = "15s")
    @RunOnVirtualThread
    void lookForNextKey() {
        try {
            announceKeys(shownKey, hostKeys.next());
        } catch (IOException | GeneralSecurityException e) {
            LOG.warnf("the next SSH host key cannot be read: error=%s", e.getMessage());
        }
    }

    private void announceKeys(String shown, Optional<KeyPair> next) {
        List<String> lines =
                Stream.concat(Stream.of(shown), next.map(HostKeys::line).stream())
                        .distinct()
                        .toList();
        if (!lines.equals(hostKeyLines)) {
            LOG.infof("SSH host keys that agents are told: count=%d", lines.size());
        }
        hostKeyLines = lines;
    }

    boolean isOpen() {
        return server != null && server.isOpen() && server.isStarted();
    }

    private SshServer build(KeyPair key) {
        SshServer fresh = SshServer.setUpDefaultServer();
        fresh.setIoServiceFactoryFactory(tunnels.transport(Entrance::threads));
        fresh.setHost(settings.host());
        fresh.setPort(settings.port());
        fresh.setKeyPairProvider(KeyPairProvider.wrap(key));
        algorithms(fresh);
        fresh.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        fresh.setPublickeyAuthenticator(admission::authenticate);
        fresh.addSessionListener(admission);
        fresh.setGlobalRequestHandlers(admission.globalRequests());
        fresh.setChannelFactories(admission.refusedChannels());
        fresh.setAgentFactory(null);
        fresh.setShellFactory(null);
        fresh.setCommandFactory(null);
        fresh.setSubsystemFactories(List.of());
        fresh.setForwardingFilter(null);
        limits(fresh);
        return fresh;
    }

    /**
     * MINA's own threads know no class loader of the application: what is first used in one would
     * not be found.
     */
    private static CloseableExecutorService threads() {
        int workers = Runtime.getRuntime().availableProcessors() + 1;
        ThreadFactory factory =
                work -> {
                    Thread thread = new Thread(work, "ssh");
                    thread.setDaemon(true);
                    thread.setContextClassLoader(Entrance.class.getClassLoader());
                    return thread;
                };
        return new SshThreadPoolExecutor(
                workers, workers, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    }

    /**
     * What a current ssh-audit marks as failing is not here; hybrid post-quantum key exchange comes
     * first.
     */
    private static void algorithms(SshServer server) {
        server.setKeyExchangeFactories(
                NamedFactory.setUpTransformedFactories(
                        true,
                        List.of(
                                BuiltinDHFactories.mlkem768x25519,
                                BuiltinDHFactories.sntrup761x25519,
                                BuiltinDHFactories.sntrup761x25519_openssh,
                                BuiltinDHFactories.curve25519,
                                BuiltinDHFactories.curve25519_libssh,
                                BuiltinDHFactories.dhg16_512,
                                BuiltinDHFactories.dhg18_512),
                        ServerBuilder.DH2KEX));
        List<NamedFactory<Cipher>> ciphers = new ArrayList<>(LineTransport.ciphers());
        ciphers.add(BuiltinCiphers.cc20p1305_openssh);
        ciphers.add(BuiltinCiphers.aes128ctr);
        ciphers.add(BuiltinCiphers.aes256ctr);
        server.setCipherFactories(ciphers);
        server.setMacFactories(
                List.<NamedFactory<Mac>>of(BuiltinMacs.hmacsha256etm, BuiltinMacs.hmacsha512etm));
        server.setCompressionFactories(
                List.<NamedFactory<Compression>>of(BuiltinCompressions.none));
        server.setSignatureFactories(
                List.<NamedFactory<Signature>>of(
                        BuiltinSignatures.ed25519,
                        BuiltinSignatures.nistp256,
                        BuiltinSignatures.nistp384,
                        BuiltinSignatures.nistp521,
                        BuiltinSignatures.rsaSHA512,
                        BuiltinSignatures.rsaSHA256));
    }

    private void limits(SshServer server) {
        CoreModuleProperties.AUTH_TIMEOUT.set(server, settings.authentication());
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, 6);
        CoreModuleProperties.MAX_CONCURRENT_SESSIONS.set(server, settings.linesPerFirewall());
        // Whether a peer is there is asked by keepalives; an idle line is a healthy one.
        CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
        CoreModuleProperties.DISCONNECT_TIMEOUT.set(server, Duration.ofSeconds(1));
        CoreModuleProperties.MAX_PACKET_SIZE.set(server, PACKET);
        LineTransport.limitKeys(server);
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "OPNManager-Tunnel");
    }

    @Override
    public String host() {
        return settings.publicHost()
                .orElseGet(() -> {
                    try {
                        return InetAddress.getLocalHost().getHostName();
                    } catch (UnknownHostException e) {
                        throw new IllegalStateException(
                                "the machine has no host name: set opnmanager.ssh.public-host", e);
                    }
                });
    }

    @Override
    public int port() {
        return settings.publicPort().orElse(settings.port());
    }

    @Override
    public List<String> hostKeys() {
        return hostKeyLines;
    }
}
