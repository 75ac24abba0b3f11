package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.AgentToken;
import io.opnmanager.tunnel.contract.operator.CertificatePinAsk;
import io.opnmanager.tunnel.contract.operator.CertificatePins;
import io.opnmanager.tunnel.contract.operator.EnrolmentToken;
import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.FirewallAsk;
import io.opnmanager.tunnel.contract.operator.FirewallsApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.HexFormat;

/**
 * One firewall, within the caller's reach: everyone sees it, operators accept its certificates,
 * administrators change it.
 */
@RolesAllowed("administrator")
@RunOnVirtualThread
class FirewallsResource implements FirewallsApi {

    private final Firewalls firewalls;
    private final FirewallActs acts;
    private final Pins pins;
    private final Sight sight;
    private final CurrentCaller current;

    FirewallsResource(
            Firewalls firewalls, FirewallActs acts, Pins pins, Sight sight, CurrentCaller current) {
        this.firewalls = firewalls;
        this.acts = acts;
        this.pins = pins;
        this.sight = sight;
        this.current = current;
    }

    @Override
    public Response create(FirewallAsk ask) {
        Firewall made = sight.of(firewalls.create(current.operator(), ask));
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, "/api/v1/firewalls/" + made.id())
                .entity(made)
                .build();
    }

    @Override
    @RolesAllowed({"administrator", "operator", "viewer"})
    public Firewall one(long id) {
        return sight.of(within(id));
    }

    @Override
    public Firewall change(long id, FirewallAsk ask) {
        return sight.of(firewalls.change(current.operator(), id, ask));
    }

    @Override
    public EnrolmentToken makeEnrolmentToken(long id) {
        var _ = within(id);
        return acts.makeEnrolmentToken(current.operator(), id);
    }

    @Override
    public AgentToken rotateAgentToken(long id, int overlap) {
        var _ = within(id);
        return new AgentToken(id, acts.rotate(current.caller(), id, overlap));
    }

    @Override
    public void revokeAgentToken(long id) {
        var _ = within(id);
        acts.revoke(current.caller(), id);
    }

    @Override
    @RolesAllowed({"administrator", "operator", "viewer"})
    public CertificatePins certificatePins(long id) {
        var _ = within(id);
        return new CertificatePins(pins.of(id));
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    public CertificatePins acceptCertificate(long id, CertificatePinAsk ask) {
        var _ = within(id);
        byte[] sha256 = HexFormat.of().parseHex(ask.sha256().replace(":", ""));
        pins.accept(current.operator(), id, Target.parse(ask.target()), sha256);
        return new CertificatePins(pins.of(id));
    }

    /** Before every act on one firewall: the caller's reach is the first thing that is asked. */
    private FirewallRow within(long id) {
        return firewalls.within(current.operator().reach(), id);
    }
}
