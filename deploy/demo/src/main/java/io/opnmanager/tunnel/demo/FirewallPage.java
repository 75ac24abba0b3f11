package io.opnmanager.tunnel.demo;

import io.opnmanager.tunnel.demo.page.PageServer;
import io.opnmanager.tunnel.demo.page.Seen;
import io.opnmanager.tunnel.demo.page.Site;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * The web page of a firewall with its self-signed certificate, behaving as an OPNsense's does. Its
 * front page {@code /} wants {@link #USER} and {@link #PASSWORD}; without them there are {@code
 * /echo}, which answers the body, {@code /bytes?n=}, which streams, {@code /events} with an event a
 * second, and {@code /slow?ms=}, which takes its time. The owner's calls are guarded by the object.
 */
public final class FirewallPage implements AutoCloseable {

    /** What OPNsense gives its own certificate. */
    private static final Duration VALIDITY = Duration.ofDays(397);

    private static final String HOST = "OPNsense.localdomain";

    /** Who may sign in: what a fresh installation has. */
    public static final String USER = "root";

    /** What {@link #USER} has to know: what a fresh installation has. */
    public static final String PASSWORD = "opnsense";

    private final String name;
    private final int port;
    private Identity identity;
    private @Nullable PageServer running;

    private FirewallPage(String name) throws IOException {
        this.name = name;
        this.identity = newIdentity();
        PageServer first = listen(name, 0, identity);
        this.running = first;
        this.port = first.port();
    }

    /** Starts the page of the firewall of this name on a free port of 127.0.0.1. */
    public static FirewallPage start(String name) throws IOException {
        return new FirewallPage(name);
    }

    private static PageServer listen(String name, int port, Identity identity) throws IOException {
        return PageServer.start(
                new Site(name, HOST, USER, PASSWORD),
                port,
                identity.certificatePem(),
                identity.keyPem());
    }

    private static Identity newIdentity() {
        return Identity.selfSigned(
                "CN=" + HOST,
                Identity.Use.SERVER,
                VALIDITY,
                new GeneralName(GeneralName.dNSName, HOST));
    }

    /** The firewall's name, as the page shows it. */
    public String name() {
        return name;
    }

    /** Where it listens on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The page as a target, seen from the agent. */
    public String target() {
        return "https://localhost:" + port;
    }

    /** SHA-256 of its certificate: 64 lower-case hexadecimal digits. */
    public synchronized String fingerprint() {
        return identity.fingerprint();
    }

    /**
     * Shows another certificate from now on, as after a renewal: the page is restarted, and with
     * that its connections end.
     */
    public synchronized void renewCertificate() throws IOException {
        stop();
        identity = newIdentity();
        startAgain();
    }

    /** Stops listening; its connections end. */
    public synchronized void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** Listens again after {@link #stop}, on the same port with the same certificate. */
    public synchronized void startAgain() throws IOException {
        if (running == null) {
            running = listen(name, port, identity);
        }
    }

    /** The requests that reached it last, the oldest first; none while it does not listen. */
    public synchronized List<Seen> seen() {
        return running == null ? List.of() : running.seen();
    }

    @Override
    public void close() {
        stop();
    }
}
