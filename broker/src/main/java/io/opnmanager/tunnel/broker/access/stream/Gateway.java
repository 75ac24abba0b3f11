package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.access.stream.Refused.Why;
import io.opnmanager.tunnel.broker.limits.Quotas;
import io.opnmanager.tunnel.contract.tls.PlainSide;
import io.opnmanager.tunnel.contract.tls.TlsSide;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The listener for TCP over mutual TLS. Each connection is one virtual thread from its first byte,
 * so that nobody waits for a client who is slow to shake hands.
 */
@Singleton
class Gateway {

    private static final Logger LOG = Logger.getLogger(Gateway.class);
    private static final int BACKLOG = 512;

    /** After a failure, such as no descriptor left: it would fail again at once. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final StreamSettings settings;
    private final GatewayTls tls;
    private final Destinations destinations;
    private final Streams streams;
    private final StreamMetrics metrics;
    private final Semaphore room;
    private final Quotas handshakes;
    private volatile @Nullable ServerSocket listener;

    Gateway(
            StreamSettings settings,
            GatewayTls tls,
            Destinations destinations,
            Streams streams,
            StreamMetrics metrics) {
        this.settings = settings;
        this.tls = tls;
        this.destinations = destinations;
        this.streams = streams;
        this.metrics = metrics;
        this.room = new Semaphore(settings.connections());
        this.handshakes = new Quotas(settings.handshakesPerAddress());
    }

    /** After sessions are known. */
    void start(@Observes @Priority(30) StartupEvent event) throws IOException {
        if (!settings.enabled()) {
            destinations.announce(null);
            return;
        }
        tls.open();
        ServerSocket fresh = new ServerSocket();
        fresh.bind(new InetSocketAddress(settings.host(), settings.port()), BACKLOG);
        listener = fresh;
        destinations.announce(settings.publicPort().orElseGet(fresh::getLocalPort));
        Thread.ofVirtual().name("gateway").start(() -> accept(fresh));
        LOG.infof("gateway open: host=%s port=%d", settings.host(), fresh.getLocalPort());
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        ServerSocket open = listener;
        if (open != null) {
            open.close();
            streams.closeAll();
        }
    }

    /** Where it listens; 0 when it does not. */
    int port() {
        ServerSocket open = listener;
        return open == null ? 0 : open.getLocalPort();
    }

    private void accept(ServerSocket open) {
        while (!open.isClosed()) {
            try {
                Socket line = open.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("stream").start(() -> serve(line));
                } else {
                    metrics.refused(Why.TOO_MANY_CONNECTIONS);
                    line.close();
                }
            } catch (IOException e) {
                if (!open.isClosed()) {
                    LOG.warnf("connections to the gateway wait to be taken: %s", e.getMessage());
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket line) {
        String address = line.getInetAddress().getHostAddress();
        try (line) {
            line.setTcpNoDelay(true);
            TlsSide client = handshake(line, address);
            ClientTrust.Trusted certificate = certificate(client);
            Destinations.Granted granted =
                    destinations.choose(serverName(client), certificate, address);
            try (Socket target = connect(granted.destination())) {
                streams.run(granted, client, new PlainSide(target));
            }
        } catch (Refused e) {
            metrics.refused(e.why());
            LOG.infof(
                    "stream refused: address=%s kind=%s detail=%s",
                    address, StreamMetrics.word(e.why()), e.getMessage());
        } catch (IOException e) {
            LOG.debugf("a client of the gateway hung up: %s", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    /** The whole handshake has one deadline: a byte now and then does not prolong it. */
    private TlsSide handshake(Socket line, String address) throws Refused, IOException {
        if (!handshakes.enter(address)) {
            throw new Refused(Why.TOO_MANY_HANDSHAKES, "of this address at once");
        }
        AtomicBoolean late = new AtomicBoolean();
        Thread deadline = Thread.ofVirtual().start(() -> cut(line, settings.handshake(), late));
        try {
            TlsSide client = tls.over(line);
            client.shakeHands();
            return client;
        } catch (IOException e) {
            throw late.get()
                    ? new Refused(Why.HANDSHAKE_TOO_SLOW, "over " + settings.handshake())
                    : new Refused(Why.HANDSHAKE_FAILED, String.valueOf(e.getMessage()));
        } finally {
            deadline.interrupt();
            handshakes.leave(address);
        }
    }

    private static void cut(Socket line, Duration after, AtomicBoolean late) {
        try {
            Thread.sleep(after);
            late.set(true);
            line.close();
        } catch (InterruptedException e) {
            // In time.
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private ClientTrust.Trusted certificate(TlsSide client) throws Refused, IOException {
        try {
            return tls.checked(client.session());
        } catch (CertificateException e) {
            throw new Refused(Why.HANDSHAKE_FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static String serverName(TlsSide client) throws Refused {
        List<SNIServerName> names =
                ((ExtendedSSLSession) client.session()).getRequestedServerNames();
        for (SNIServerName name : names) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName().toLowerCase(Locale.ROOT);
            }
        }
        throw new Refused(Why.NO_SERVER_NAME, "wanted a TLS server name, found none");
    }

    private Socket connect(Destination destination) throws Refused {
        Socket target = new Socket();
        try {
            target.connect(
                    new InetSocketAddress(destination.host(), destination.port()),
                    Math.toIntExact(settings.connect().toMillis()));
            target.setTcpNoDelay(true);
            return target;
        } catch (IOException e) {
            try {
                target.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw new Refused(Why.TARGET_UNREACHABLE, destination.name() + ": " + e.getMessage());
        }
    }
}
