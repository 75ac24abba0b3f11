package io.opnmanager.tunnel.agent;

import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.broker.Credential;
import io.opnmanager.tunnel.agent.broker.StateFolder;
import io.opnmanager.tunnel.agent.transport.HostKeys;
import io.opnmanager.tunnel.agent.transport.Identity;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.opnmanager.tunnel.contract.call.BrokerAddress;

/**
 * Trades a token for an identity and keeps it.
 *
 * @param folder where the identity is kept
 * @param version version of this program
 * @param webTarget where the firewall's own page is
 */
record Enrolment(StateFolder folder, String version, String webTarget) {

    /** There is an identity already. */
    static final class EnrolledAlready extends Exception {
        private static final long serialVersionUID = 1L;

        EnrolledAlready(StateFolder folder) {
            super(
                    "enrolled already: "
                            + folder.path()
                            + " holds a credential (--force replaces it)");
        }
    }

    /**
     * Enrols. An old identity stays whole until the broker has given the new one.
     *
     * @throws EnrolledAlready when there is one and it shall not be replaced
     */
    Credential enrol(BrokerAddress address, String token, boolean force) throws EnrolledAlready {
        if (folder.holdsEnrolment() && !force) {
            throw new EnrolledAlready(folder);
        }
        // A token works once: what can fail here fails before it is used.
        folder.prepare();
        Identity identity = Identity.make();
        byte[] privateKey = identity.privateFile();
        try (Broker broker = Broker.beforeEnrolment(address)) {
            EnrolmentAnswer answer =
                    broker.enroll(
                            new EnrolmentAsk(
                                    token,
                                    Machine.hostname(),
                                    version,
                                    Machine.platform(),
                                    identity.publicLine() + " opnmanager-agent",
                                    webTarget));
            Credential credential = Credential.of(answer, address);
            // Without a host key to pin no line could ever be opened: better not enrolled at all.
            HostKeys.of(credential.sshHostKeys());
            folder.keep(privateKey, credential);
            return credential;
        }
    }
}
