package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;

/** What every agent is told at its enrolment, and what of it may change until it asks again. */
@ApplicationScoped
public class EnrolmentTerms {

    private final EnrolmentConfiguration enrolment;
    private final FirewallConfiguration firewall;
    private final SshEndpoint endpoint;

    EnrolmentTerms(
            EnrolmentConfiguration enrolment,
            FirewallConfiguration firewall,
            SshEndpoint endpoint) {
        this.enrolment = enrolment;
        this.firewall = firewall;
        this.endpoint = endpoint;
    }

    /** How long an enrolment token is good. */
    Duration lifetime() {
        return enrolment.lifetime();
    }

    /** Between two check-ins that nobody triggers. */
    public Duration checkinInterval() {
        return firewall.checkinInterval();
    }

    /** Those to accept now; an agent that was away learns them before it dials. */
    public List<String> hostKeys() {
        return endpoint.hostKeys();
    }

    EnrolmentAnswer answer(long firewallId, String agentToken) {
        return new EnrolmentAnswer(
                firewallId,
                agentToken,
                endpoint.host(),
                endpoint.port(),
                "fw-" + firewallId,
                endpoint.hostKeys(),
                Math.toIntExact(firewall.checkInterval().toSeconds()),
                Math.toIntExact(firewall.checkinInterval().toSeconds()));
    }
}
