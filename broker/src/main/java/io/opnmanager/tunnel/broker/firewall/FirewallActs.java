package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.operator.EnrolmentToken;
import jakarta.enterprise.context.ApplicationScoped;

/** What administrators do with the credential of a firewall. */
@ApplicationScoped
class FirewallActs {

    private final Enrolment enrolment;
    private final Credentials credentials;

    FirewallActs(Enrolment enrolment, Credentials credentials) {
        this.enrolment = enrolment;
        this.credentials = credentials;
    }

    EnrolmentToken makeEnrolmentToken(Caller.Operator operator, long id) {
        Enrolment.Made made = enrolment.makeToken(operator, id);
        return new EnrolmentToken(id, made.token(), made.expiresAt());
    }

    String rotate(Caller caller, long id, int overlap) {
        return credentials.rotate(caller, id, overlap);
    }

    void revoke(Caller caller, long id) {
        credentials.revoke(caller, id);
    }
}
