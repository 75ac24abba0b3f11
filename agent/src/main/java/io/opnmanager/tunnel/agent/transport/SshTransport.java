package io.opnmanager.tunnel.agent.transport;

import io.opnmanager.tunnel.contract.line.LineSession;
import io.opnmanager.tunnel.contract.line.LineTransport;
import io.opnmanager.tunnel.contract.splice.Allowance;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.future.ConnectFuture;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.ClientSession.ClientSessionEvent;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.future.CancelOption;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Opens SSH lines. One client for all of them: its threads, its key and its warm cryptography are
 * shared, its connections are not. It is made when it is first needed, which is after the first
 * check-in.
 */
public final class SshTransport implements AutoCloseable {
    private static final Logger log = Logger.getLogger(SshTransport.class);

    /** OpenSSH's own, which every server answers, be it with "unknown" (PROTOCOL §2.12). */
    private static final String KEEPALIVE = "keepalive@openssh.com";

    /**
     * With two unanswered ones allowed the third ends the line: a frozen peer is noticed in at most
     * 3 * 4 s, within the 15 s of the protocol.
     */
    private static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(4);

    private static final int KEEPALIVES_UNANSWERED = 2;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration AUTHENTICATION_TIMEOUT = Duration.ofSeconds(8);
    private static final Duration FORWARD_TIMEOUT = Duration.ofSeconds(5);

    /**
     * What a connection may have under way from the broker at first and at the most: enough for a
     * path of 800 Mb/s and 80 ms, see the ADR 0035.
     */
    private static final int FIRST_WINDOW = 32 << 10;

    private static final int MOST_WINDOW = 16 << 20;

    /** Part of the heap that all windows together may hold beyond their first size. */
    private static final int PART_OF_THE_HEAP = 4;

    private static final long PACKET = 128L << 10;
    private static final int SET_UP_THREADS = 2;

    private static final AttributeKey<AtomicInteger> CONNECTIONS = new AttributeKey<>();
    private static final AttributeKey<Target> TARGET = new AttributeKey<>();
    private static final AttributeKey<String> REFUSED_HOST_KEY = new AttributeKey<>();

    private final Loop loop = new Loop("tunnel-bytes");
    private final String user;
    private final Identity identity;
    private final AtomicReference<HostKeys> pinned;
    private final AtomicInteger dials = new AtomicInteger();

    /** Guarded by this, like the next. */
    private @Nullable SshClient client;

    private boolean closed;

    /** Nothing is connected yet. */
    public SshTransport(String user, Identity identity, HostKeys hostKeys) {
        this.user = user;
        this.identity = identity;
        this.pinned = new AtomicReference<>(hostKeys);
    }

    private synchronized SshClient client() throws DialFailure {
        if (closed) {
            throw DialFailure.permanent("the agent stops");
        }
        if (client == null) {
            client = started();
        }
        return client;
    }

    private SshClient started() {
        Cryptography.choose();
        SshClient client = ClientBuilder.builder().keyExchangeFactories(JdkMlKem.first()).build();
        // Nothing of the account that the agent happens to run as: no ~/.ssh, no agent socket.
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.wrapKeyPairs(identity.pair()));
        client.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        client.setAgentFactory(null);
        client.setServerKeyVerifier(
                (session, address, key) -> acceptHostKey(session, key, pinned.get()));
        client.setSignatureFactories(pinnedFirst(pinned.get()));
        client.setCipherFactories(ciphers());
        client.setForwardingFilter(new OnlyTheTarget());
        client.setChannelFactories(List.of(new Targets(loop)));
        client.setIoServiceFactoryFactory(
                new LineTransport(
                        List.of(loop),
                        () -> ThreadUtils.newFixedThreadPool("ssh", SET_UP_THREADS)));
        CoreModuleProperties.MAX_PACKET_SIZE.set(client, PACKET);
        LineTransport.limitKeys(client);
        // The library ends the line at its own limit; a channel of ours refuses itself before.
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(client, 2 * TargetChannel.MOST_PER_LINE);
        CoreModuleProperties.AUTH_TIMEOUT.set(client, AUTHENTICATION_TIMEOUT);
        CoreModuleProperties.FORWARD_REQUEST_TIMEOUT.set(client, FORWARD_TIMEOUT);
        // An idle tunnel is healthy; the broker has the idle limit, the keepalive the dead peers.
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
        CoreModuleProperties.HEARTBEAT_REQUEST.set(client, KEEPALIVE);
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, KEEPALIVES_UNANSWERED);
        // This property, not setSessionHeartbeat: on a client the RESERVED type of the latter ends
        // the
        // line at the first beat, because it looks for a handler that only servers have.
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, KEEPALIVE_INTERVAL);
        client.start();
        return client;
    }

    /** From now on these host keys are accepted; lines that are up stay. */
    public synchronized void pin(HostKeys hostKeys) {
        if (!pinned.getAndSet(hostKeys).equals(hostKeys)) {
            if (client != null) {
                client.setSignatureFactories(pinnedFirst(hostKeys));
            }
            log.infof("other SSH host keys are accepted from now on count=%d", hostKeys.count());
        }
    }

    /** AES-GCM first: the JDK does it in the processor, ChaCha20 it does not. */
    private static List<NamedFactory<Cipher>> ciphers() {
        List<NamedFactory<Cipher>> ciphers = new ArrayList<>(LineTransport.ciphers());
        Stream.of(
                        BuiltinCiphers.cc20p1305_openssh,
                        BuiltinCiphers.aes256ctr,
                        BuiltinCiphers.aes128ctr)
                .filter(BuiltinCiphers::isSupported)
                .forEach(ciphers::add);
        return ciphers;
    }

    private static boolean acceptHostKey(ClientSession session, PublicKey key, HostKeys pinned) {
        if (pinned.hold(key)) {
            return true;
        }
        session.setAttribute(REFUSED_HOST_KEY, String.valueOf(KeyUtils.getFingerPrint(key)));
        return false;
    }

    private static List<NamedFactory<Signature>> pinnedFirst(HostKeys hostKeys) {
        Set<String> pinned = hostKeys.types();
        List<NamedFactory<Signature>> first = new ArrayList<>();
        List<NamedFactory<Signature>> rest = new ArrayList<>();
        for (NamedFactory<Signature> factory :
                ClientBuilder.setUpDefaultSignatureFactories(false)) {
            String type = KeyUtils.getCanonicalKeyType(factory.getName());
            (pinned.contains(type) ? first : rest).add(factory);
        }
        first.addAll(rest);
        return first;
    }

    /**
     * Goes through a key exchange once and hangs up before authenticating, so that the first real
     * line does not pay for loading classes. That it fails is no reason not to start.
     */
    public void warmUp(Endpoint endpoint) {
        try (ClientSession session = connect(endpoint, CONNECT_TIMEOUT)) {
            session.waitFor(
                    EnumSet.of(ClientSessionEvent.WAIT_AUTH, ClientSessionEvent.CLOSED),
                    CONNECT_TIMEOUT);
            String refused = session.getAttribute(REFUSED_HOST_KEY);
            if (refused != null) {
                log.errorf("%s", wrongHostKey(refused));
            }
        } catch (IOException | DialFailure e) {
            log.infof("SSH endpoint not reached while warming up detail=%s", e.getMessage());
        }
    }

    /**
     * Opens a line and asks the broker to listen on a port of its loopback for the target. Blocks
     * for at most the given patience and a few seconds.
     *
     * @throws DialFailure when there is no line now
     * @throws InterruptedException when it is no longer wanted
     */
    public SshLine open(Endpoint endpoint, int brokerPort, Target target, Duration patience)
            throws DialFailure, InterruptedException {
        ClientSession session = null;
        SshLine line = null;
        try {
            session = connect(endpoint, shorter(CONNECT_TIMEOUT, patience));
            session.setAttribute(TARGET, target);
            SshLine.WhyEnded why = new SshLine.WhyEnded();
            session.addSessionListener(why);
            authenticate(session, shorter(AUTHENTICATION_TIMEOUT, patience), why);
            listen(session, brokerPort, target);
            LineSession.of(session).carry();
            line = new SshLine(session, why);
            return line;
        } catch (InterruptedIOException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw DialFailure.passing(endpoint.host() + ":" + endpoint.port() + ": " + words(e));
        } finally {
            if (line == null && session != null) {
                session.close(true);
            }
        }
    }

    private ClientSession connect(Endpoint endpoint, Duration patience)
            throws IOException, DialFailure {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(endpoint.host());
        } catch (UnknownHostException e) {
            throw DialFailure.passing("SSH host does not resolve: " + endpoint.host());
        }
        // A host with several addresses, one of them dead: the next dial takes the next one.
        InetAddress address = addresses[Math.floorMod(dials.getAndIncrement(), addresses.length)];
        ConnectFuture connecting =
                client().connect(user, new InetSocketAddress(address, endpoint.port()));
        return connecting
                .verify(patience, CancelOption.CANCEL_ON_TIMEOUT, CancelOption.CANCEL_ON_INTERRUPT)
                .getClientSession();
    }

    private static void authenticate(ClientSession session, Duration patience, SshLine.WhyEnded why)
            throws IOException, DialFailure {
        try {
            session.auth()
                    .verify(
                            patience,
                            CancelOption.CANCEL_ON_TIMEOUT,
                            CancelOption.CANCEL_ON_INTERRUPT);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            String refused = session.getAttribute(REFUSED_HOST_KEY);
            if (refused != null) {
                throw DialFailure.permanent(wrongHostKey(refused));
            }
            if (String.valueOf(e.getMessage()).contains("No more authentication methods")) {
                throw DialFailure.permanent("the broker's SSH server refused this firewall's key");
            }
            throw new IOException(words(e) + " (" + why.words() + ")", e);
        }
    }

    private static void listen(ClientSession session, int brokerPort, Target target)
            throws IOException {
        try {
            // "localhost" as OpenSSH's -R says it: the broker compares.
            session.startRemotePortForwarding(
                    new SshdSocketAddress("localhost", brokerPort),
                    new SshdSocketAddress(target.host(), target.port()));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("forward of port " + brokerPort + " refused: " + words(e), e);
        }
    }

    private static String wrongHostKey(String found) {
        return "the SSH host key is not one that was pinned at enrolment, found " + found;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static String words(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Ends every line. */
    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close(true);
        }
        loop.close();
    }

    /** Makes the channels that the broker may ask for; the library refuses all others. */
    private static final class Targets implements ChannelFactory {
        private final Loop loop;
        private final Allowance allowance = Allowance.ofHeap(PART_OF_THE_HEAP);

        Targets(Loop loop) {
            this.loop = loop;
        }

        @Override
        public String getName() {
            return "forwarded-tcpip";
        }

        @Override
        public Channel createChannel(Session session) {
            return new TargetChannel(
                    loop,
                    new ReceiveWindow(FIRST_WINDOW, MOST_WINDOW, allowance),
                    session.computeAttributeIfAbsent(CONNECTIONS, key -> new AtomicInteger()));
        }
    }

    /**
     * The broker may have connections opened to this line's own target and to nothing else. The
     * library refuses them all without a filter.
     */
    private static final class OnlyTheTarget extends RejectAllForwardingFilter {
        @Override
        public boolean canConnect(Type type, SshdSocketAddress address, Session session) {
            Target target = session.getAttribute(TARGET);
            return type == Type.Forwarded
                    && target != null
                    && target.port() == address.getPort()
                    && target.host().equals(address.getHostName());
        }
    }
}
