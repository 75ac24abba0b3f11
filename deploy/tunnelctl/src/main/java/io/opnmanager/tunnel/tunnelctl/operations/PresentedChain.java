package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificates that a server shows, for a person to look at. The handshake is always broken
 * off: nothing is ever sent to a server that is not trusted.
 */
final class PresentedChain extends X509ExtendedTrustManager {

    private volatile List<X509Certificate> shown = List.of();

    private PresentedChain() {}

    /** Empty when there is no TLS. */
    static List<X509Certificate> of(Gateway dialler, String host, int port) {
        PresentedChain eye = new PresentedChain();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {eye}, null);
            dialler.dial(host, port, host, context).close();
        } catch (IOException | GeneralSecurityException e) {
            // As it has to be.
        }
        return eye.shown;
    }

    private void look(X509Certificate[] chain) throws CertificateException {
        shown = List.of(chain);
        throw new CertificateException("only looked at");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        look(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        look(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        look(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        look(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        look(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        look(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
