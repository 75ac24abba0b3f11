package io.opnmanager.tunnel.tunnelctl.remote;

import io.opnmanager.tunnel.contract.tls.TlsSide;
import io.opnmanager.tunnel.tunnelctl.broker.Hosts;
import io.opnmanager.tunnel.tunnelctl.broker.Proxies;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * Dials the gateway. The server name chooses what is behind it, and the gateway's certificate has
 * to be for that name.
 *
 * @param proxies the way there
 * @param connect how long TCP may take, and then TLS
 * @param tls12 whether TLS 1.2 will do
 */
public record Gateway(Proxies proxies, Duration connect, boolean tls12) {

    private static final String[] TLS_13 = {"TLSv1.3"};
    private static final String[] TLS_12_TOO = {"TLSv1.3", "TLSv1.2"};

    /** RFC 8446 §B.4, without what the JDK has for older versions. */
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    /**
     * Connects and shakes hands.
     *
     * <p>With TLS 1.3 a client learns only from the first read that its certificate is not wanted.
     *
     * @param host where the gateway is, as a name or an address
     * @param serverName what is wanted behind it
     * @param tls with our certificate
     */
    public GatewayLine dial(String host, int port, String serverName, SSLContext tls)
            throws IOException {
        Socket line = line(host, port);
        try {
            return new GatewayLine(handshake(line, port, serverName, tls));
        } catch (IOException | RuntimeException e) {
            try (line) {
                throw e;
            }
        }
    }

    /** TCP alone, through the proxy when there is one on the way. */
    public Socket line(String host, int port) throws IOException {
        InetSocketAddress proxy = proxies.towards(host);
        Socket line =
                proxy == null
                        ? new Socket()
                        : new Socket(
                                new Proxy(
                                        Proxy.Type.HTTP,
                                        new InetSocketAddress(
                                                proxy.getHostString(), proxy.getPort())));
        try {
            line.connect(
                    proxy == null
                            ? Hosts.address(host, port)
                            : InetSocketAddress.createUnresolved(host, port),
                    millis(connect));
            line.setTcpNoDelay(true);
            return line;
        } catch (IOException | RuntimeException e) {
            try (line) {
                throw e;
            }
        }
    }

    private TlsSide handshake(Socket line, int port, String serverName, SSLContext tls)
            throws IOException {
        // By name and port the context finds what an earlier connection left for the next.
        SSLEngine engine = tls.createSSLEngine(serverName, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
        parameters.setProtocols(tls12 ? TLS_12_TOO : TLS_13);
        if (!tls12) {
            parameters.setCipherSuites(SUITES);
        }
        engine.setSSLParameters(parameters);
        TlsSide side = new TlsSide(line, engine);
        line.setSoTimeout(millis(connect));
        side.shakeHands();
        line.setSoTimeout(0);
        return side;
    }

    private static int millis(Duration time) {
        return Math.toIntExact(time.toMillis());
    }
}
