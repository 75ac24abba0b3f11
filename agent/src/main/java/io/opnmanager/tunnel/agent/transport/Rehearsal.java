package io.opnmanager.tunnel.agent.transport;

import io.opnmanager.tunnel.contract.call.StandIn;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;

/**
 * Both ends of a broker for the run in which an installation makes the agent's ahead-of-time cache
 * ({@code make-cache} of the package): a {@link StandIn} and an SSH server beside it that exchanges
 * keys and lets nobody in. A program of its own, in a process of its own.
 */
final class Rehearsal {
    private Rehearsal() {}

    /**
     * Serves until the process ends, and puts an identity for it into a folder.
     *
     * @param arguments the folder, which also gets the file {@code rehearsed} when keys were
     *     exchanged
     */
    public static void main(String... arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Identity host = Identity.make();
        Files.write(folder.resolve("id_ed25519"), Identity.make().privateFile());
        try (SshServer server = SshServer.setUpDefaultServer()) {
            server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
            server.setKeyPairProvider(KeyPairProvider.wrap(host.pair()));
            server.setPublickeyAuthenticator((user, key, session) -> false);
            server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
            server.addSessionListener(
                    new SessionListener() {
                        @Override
                        public void sessionClosed(Session session) {
                            try {
                                Files.writeString(folder.resolve("rehearsed"), "");
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }
                    });
            server.start();
            StandIn.serve(folder, server.getPort(), host.publicLine());
        }
    }
}
