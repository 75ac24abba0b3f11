package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.Node;
import io.opnmanager.tunnel.contract.operator.SignedIn;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.broker.Hosts;
import io.opnmanager.tunnel.tunnelctl.broker.Proxies;
import io.opnmanager.tunnel.tunnelctl.broker.Trust;
import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what is in the way between this machine and the broker, from the name to the last
 * handshake. Each check says what it found and what to do; one that needs another that failed is
 * left out.
 */
public final class Doctor {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LITTLE = Duration.ofSeconds(30);
    private static final Duration MUCH = Duration.ofMinutes(5);
    private static final int LONGEST_BANNER = 255;
    private static final int LONGEST_ANSWER = 8 * 1024;

    /** How a check went. */
    public enum Verdict {
        OK,
        /** It works, but not as it should. */
        WARNING,
        FAILED,
        /** It needs something else that failed or is not there. */
        SKIPPED
    }

    /**
     * One check.
     *
     * @param advice what to do; null when nothing has to be done
     */
    public record Finding(String check, Verdict verdict, String found, @Nullable String advice) {}

    private final BrokerAddress broker;
    private final Proxies proxies;
    private final Consumer<Finding> told;
    private final List<Finding> findings = new ArrayList<>();

    /** Told of each finding as soon as it is there. */
    public Doctor(BrokerAddress broker, Proxies proxies, Consumer<Finding> told) {
        this.broker = broker;
        this.proxies = proxies;
        this.told = told;
    }

    /**
     * Makes all checks.
     *
     * @param client with the sign-in, if there is one
     * @param signedIn whether there is
     */
    public List<Finding> examine(BrokerClient client, boolean signedIn) {
        proxy();
        boolean reached = names() && tcp();
        boolean trusted = reached && tls();
        if (!trusted) {
            skip("clock", "no connection to compare it by");
            skip("broker", "no connection");
            skip("websocket", "no connection");
            skip("sign-in", "no connection");
            skip("ssh", "no connection");
            return List.copyOf(findings);
        }
        clock(client);
        webSocket();
        if (signIn(client, signedIn)) {
            nodes(client);
        }
        return List.copyOf(findings);
    }

    private void tell(
            String check, Verdict verdict, @Nullable String found, @Nullable String advice) {
        Finding finding = new Finding(check, verdict, String.valueOf(found), advice);
        findings.add(finding);
        told.accept(finding);
    }

    private void skip(String check, String why) {
        tell(check, Verdict.SKIPPED, why, null);
    }

    private void proxy() {
        InetSocketAddress proxy = proxies.towards(broker.url().getHost());
        tell(
                "proxy",
                Verdict.OK,
                proxy == null
                        ? "none (HTTPS_PROXY, NO_PROXY)"
                        : proxy.getHostString() + ":" + proxy.getPort(),
                null);
    }

    private boolean names() {
        String host = broker.url().getHost();
        if (proxies.towards(host) != null) {
            skip("dns", "the proxy looks names up");
            return true;
        }
        try {
            InetAddress[] found =
                    Hosts.address(host, broker.port()).getAddress().isLoopbackAddress()
                            ? new InetAddress[] {InetAddress.getLoopbackAddress()}
                            : InetAddress.getAllByName(host);
            tell(
                    "dns",
                    Verdict.OK,
                    host
                            + " is "
                            + Arrays.stream(found)
                                    .map(InetAddress::getHostAddress)
                                    .collect(Collectors.joining(", ")),
                    null);
            return true;
        } catch (IOException e) {
            tell(
                    "dns",
                    Verdict.FAILED,
                    host + " has no address",
                    "Check the name. Are you connected, and does this machine use your organisation's name servers?");
            return false;
        }
    }

    private Gateway dialler() {
        return new Gateway(proxies, LIMIT, true);
    }

    private boolean tcp() {
        try (Socket line = dialler().line(broker.url().getHost(), broker.port())) {
            tell("tcp", Verdict.OK, "port %d answers".formatted(broker.port()), null);
            return line.isConnected();
        } catch (IOException e) {
            tell(
                    "tcp",
                    Verdict.FAILED,
                    "port %d: %s".formatted(broker.port(), e.getMessage()),
                    "Is the broker running, and does every firewall on the way let this port through? If you need a proxy, set HTTPS_PROXY.");
            return false;
        }
    }

    private boolean tls() {
        if (!broker.isSecure()) {
            skip("tls", "plain HTTP to this machine");
            return true;
        }
        String host = broker.url().getHost();
        try (var line = dialler().dial(host, broker.port(), host, Trust.context(broker.caFile()))) {
            SSLSession tls = line.tls().session();
            X509Certificate leaf = (X509Certificate) tls.getPeerCertificates()[0];
            tell(
                    "tls",
                    Verdict.OK,
                    "%s, %s, issued by %s, until %s"
                            .formatted(
                                    tls.getProtocol(),
                                    leaf.getSubjectX500Principal(),
                                    leaf.getIssuerX500Principal(),
                                    leaf.getNotAfter().toInstant()),
                    null);
            return true;
        } catch (IOException e) {
            untrusted(host, e);
            return false;
        }
    }

    /** Who opens TLS on the way shows a certificate of its own. */
    private void untrusted(String host, IOException failure) {
        List<X509Certificate> shown = PresentedChain.of(dialler(), host, broker.port());
        if (shown.isEmpty()) {
            tell(
                    "tls",
                    Verdict.FAILED,
                    failure.getMessage(),
                    "Whatever answers there does not speak TLS as the broker does. Is the port right?");
            return;
        }
        X509Certificate leaf = shown.getFirst();
        String found =
                "%s, issued by %s: %s"
                        .formatted(
                                leaf.getSubjectX500Principal(),
                                leaf.getIssuerX500Principal(),
                                failure.getMessage());
        boolean overdue = Instant.now().isAfter(leaf.getNotAfter().toInstant());
        tell(
                "tls",
                Verdict.FAILED,
                found,
                overdue
                        ? "The certificate ended at %s. The broker's owner has to renew it, or your clock is wrong."
                                .formatted(leaf.getNotAfter().toInstant())
                        : "If that issuer is the broker's own authority, name its file with --ca-file. If it is a security product of your network, it opens connections on the way: have the broker's host exempted.");
    }

    private void clock(BrokerClient client) {
        HttpResponse<byte[]> answer;
        try {
            answer = client.look("/api/v1/sign-in/methods");
        } catch (BrokerFailure e) {
            tell(
                    "broker",
                    Verdict.FAILED,
                    e.getMessage(),
                    "Try again; then ask the broker's owner.");
            return;
        }
        if (answer.statusCode() == 200) {
            tell("broker", Verdict.OK, "its API answers", null);
        } else {
            tell(
                    "broker",
                    Verdict.FAILED,
                    "its API answers with HTTP " + answer.statusCode(),
                    "Is this address the broker's, and not of something in front of it?");
        }
        String date = answer.headers().firstValue("Date").orElse("");
        try {
            Instant theirs =
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration apart = Duration.between(theirs, Instant.now()).abs();
            if (apart.compareTo(LITTLE) <= 0) {
                tell("clock", Verdict.OK, "within 30 s of the broker's", null);
            } else {
                tell(
                        "clock",
                        apart.compareTo(MUCH) > 0 ? Verdict.FAILED : Verdict.WARNING,
                        "%d s away from the broker's".formatted(apart.toSeconds()),
                        "Let this machine set its clock by NTP: certificates and codes depend on it.");
            }
        } catch (DateTimeParseException e) {
            skip("clock", "the broker's answer has no date");
        }
    }

    /** Asks for an upgrade, by hand: what stands between may swallow it. */
    private void webSocket() {
        String host = broker.url().getHost();
        try (Socket line = dialler().line(host, broker.port())) {
            line.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            Socket through =
                    broker.isSecure()
                            ? Trust.context(broker.caFile())
                                    .getSocketFactory()
                                    .createSocket(line, host, broker.port(), true)
                            : line;
            through.getOutputStream()
                    .write(
                            """
                            GET /.well-known/opnmanager-tunnel/websocket HTTP/1.1\r
                            Host: %s\r
                            Connection: Upgrade\r
                            Upgrade: websocket\r
                            Sec-WebSocket-Version: 13\r
                            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                            \r
                            """
                                    .formatted(broker.url().getAuthority())
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer = firstLine(through, LONGEST_ANSWER);
            if (answer.startsWith("HTTP/1.1 101 ")) {
                tell("websocket", Verdict.OK, "the upgrade passes", null);
            } else {
                tell(
                        "websocket",
                        Verdict.WARNING,
                        "the upgrade was answered with " + answer,
                        "Firewalls' pages that use WebSocket will not work. What stands between, for example a reverse proxy, has to pass Upgrade on.");
            }
        } catch (IOException e) {
            tell(
                    "websocket",
                    Verdict.WARNING,
                    e.getMessage(),
                    "Something on the way cuts connections that ask for an upgrade.");
        }
    }

    private static String firstLine(Socket from, int most) throws IOException {
        var line = new StringBuilder();
        int read = from.getInputStream().read();
        while (read >= 0 && read != '\n' && line.length() < most) {
            line.append((char) read);
            read = from.getInputStream().read();
        }
        return line.toString().strip();
    }

    private boolean signIn(BrokerClient client, boolean signedIn) {
        if (!signedIn) {
            tell("sign-in", Verdict.SKIPPED, "nobody is signed in", "Run tunnelctl login.");
            skip("ssh", "needs a sign-in");
            return false;
        }
        try {
            SignedIn who = client.whoAmI();
            tell("sign-in", Verdict.OK, "as " + who.operator(), null);
            return true;
        } catch (BrokerFailure e) {
            tell("sign-in", Verdict.FAILED, e.getMessage(), "Run tunnelctl login.");
            skip("ssh", "needs a sign-in");
            return false;
        }
    }

    /** Where firewalls connect to: an operator needs it to help whoever stands at the firewall. */
    private void nodes(BrokerClient client) {
        for (Node node : client.nodes().items()) {
            try (Socket line = new Socket()) {
                line.connect(
                        Hosts.address(node.sshHost(), node.sshPort()),
                        Math.toIntExact(LIMIT.toMillis()));
                line.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
                String banner = firstLine(line, LONGEST_BANNER);
                boolean ssh = banner.startsWith("SSH-2.0-");
                tell(
                        "ssh",
                        ssh ? Verdict.OK : Verdict.FAILED,
                        "%s: %s:%d says %s"
                                .formatted(node.name(), node.sshHost(), node.sshPort(), banner),
                        ssh ? null : "Something else answers on the port for firewalls.");
            } catch (IOException e) {
                tell(
                        "ssh",
                        Verdict.WARNING,
                        "%s: %s:%d: %s"
                                .formatted(
                                        node.name(),
                                        node.sshHost(),
                                        node.sshPort(),
                                        e.getMessage()),
                        "Only firewalls need this port. If theirs is the same network as yours, they cannot connect either.");
            }
        }
    }
}
