package io.opnmanager.tunnel.benchmarks.fleet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.jspecify.annotations.Nullable;

/**
 * Opens tunnels as the agent does: the same library, cipher, keepalives and windows, one SSH
 * connection for each. One client for all; whoever opens waits on a virtual thread.
 */
public final class Tunnels implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration KEEPALIVE = Duration.ofSeconds(4);
    private static final long WINDOW = 4L << 20;
    private static final long PACKET = 128L << 10;
    private static final int IO_THREADS = 2;

    private final SshClient client;
    private final InetSocketAddress server;
    private final SshdSocketAddress target;
    private final Semaphore atOnce;
    private final Map<Long, ClientSession> open = new ConcurrentHashMap<>();
    private final ExecutorService openers = Executors.newVirtualThreadPerTaskExecutor();

    /** How SSH keys are exchanged. */
    public enum KeyExchange {
        /** What both sides like best: hybrid, post-quantum. */
        PREFERRED,
        /** The one that every server knows. */
        CURVE25519
    }

    /**
     * Ready to dial.
     *
     * @param server where all dial
     * @param target {@code host:port} that all tunnels end at
     * @param atOnce how many are opened at the same time
     */
    public Tunnels(
            KeyPair key,
            InetSocketAddress server,
            String target,
            KeyExchange exchange,
            int atOnce) {
        Cryptography.choose();
        this.server = server;
        int colon = target.lastIndexOf(':');
        this.target =
                new SshdSocketAddress(
                        target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
        this.atOnce = new Semaphore(atOnce);
        client = SshClient.setUpDefaultClient();
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.wrapKeyPairs(key));
        client.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        client.setAgentFactory(null);
        // Both ends are ours; what a comparison costs is nothing beside the signature.
        client.setServerKeyVerifier((session, address, found) -> true);
        client.setCipherFactories(List.<NamedFactory<Cipher>>of(BuiltinCiphers.aes128gcm));
        if (exchange == KeyExchange.CURVE25519) {
            client.setKeyExchangeFactories(
                    NamedFactory.setUpTransformedFactories(
                            true, List.of(BuiltinDHFactories.curve25519), ClientBuilder.DH2KEX));
        }
        client.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        CoreModuleProperties.NIO_WORKERS.set(client, IO_THREADS);
        CoreModuleProperties.TCP_NODELAY.set(client, true);
        CoreModuleProperties.WINDOW_SIZE.set(client, WINDOW);
        CoreModuleProperties.MAX_PACKET_SIZE.set(client, PACKET);
        CoreModuleProperties.AUTH_TIMEOUT.set(client, CONNECT);
        CoreModuleProperties.FORWARD_REQUEST_TIMEOUT.set(client, CONNECT);
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.NIO2_READ_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.HEARTBEAT_REQUEST.set(client, "keepalive@openssh.com");
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, 2);
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, KEEPALIVE);
        client.start();
    }

    /**
     * Opens a tunnel for a member: dialled, authenticated, forward up.
     *
     * @return how long it took, in milliseconds, from the dial
     */
    public CompletableFuture<Double> open(Member member, long request, int port) {
        return open(member.user(), member.from(), request, port);
    }

    /**
     * The same for anybody.
     *
     * @param key by which {@link #close} finds it
     */
    public CompletableFuture<Double> open(
            String user, @Nullable InetSocketAddress from, long key, int port) {
        CompletableFuture<Double> done = new CompletableFuture<>();
        var _ =
                openers.submit(() -> {
                    atOnce.acquireUninterruptibly();
                    try {
                        done.complete(dial(user, from, key, port));
                    } catch (IOException | RuntimeException e) {
                        done.completeExceptionally(e);
                    } finally {
                        atOnce.release();
                    }
                });
        return done;
    }

    private double dial(String user, @Nullable InetSocketAddress from, long key, int port)
            throws IOException {
        long begin = System.nanoTime();
        ClientSession session =
                client.connect(user, server, null, from).verify(CONNECT).getClientSession();
        boolean up = false;
        try {
            session.auth().verify(CONNECT);
            session.startRemotePortForwarding(new SshdSocketAddress("localhost", port), target);
            up = true;
        } finally {
            if (!up) {
                session.close(true);
            }
        }
        double took = (System.nanoTime() - begin) / 1e6;
        open.put(key, session);
        return took;
    }

    /** Ends one. */
    public void close(long key) {
        ClientSession session = open.remove(key);
        if (session != null) {
            session.close(true);
        }
    }

    /** Ends all of them; new ones may be opened. */
    public void closeAll() {
        List.copyOf(open.keySet()).forEach(this::close);
    }

    /** How many stand. */
    public long standing() {
        return open.values().stream().filter(ClientSession::isOpen).count();
    }

    @Override
    public void close() {
        closeAll();
        client.close(true);
        openers.shutdownNow();
    }
}
