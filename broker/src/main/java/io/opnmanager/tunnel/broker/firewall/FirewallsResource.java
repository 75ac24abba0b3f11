package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.AgentToken;
import io.opnmanager.tunnel.contract.operator.CertificatePinAsk;
import io.opnmanager.tunnel.contract.operator.CertificatePins;
import io.opnmanager.tunnel.contract.operator.EnrolmentToken;
import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.FirewallAsk;
import io.opnmanager.tunnel.contract.operator.FirewallPage;
import io.opnmanager.tunnel.contract.operator.FirewallsApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Firewalls: every operator sees them and accepts their certificates, administrators change them.
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
    @RolesAllowed({"administrator", "operator"})
    public FirewallPage list(@Nullable String query, int page, int size) {
        Firewalls.Page found = firewalls.page(query, page, size);
        return new FirewallPage(
                found.rows().stream().map(sight::of).toList(), page, size, found.total());
    }

    @Override
    public Response create(FirewallAsk ask) {
        Firewall made = sight.of(firewalls.create(current.caller(), ask));
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, "/api/v1/firewalls/" + made.id())
                .entity(made)
                .build();
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    public Firewall one(long id) {
        return sight.of(firewalls.one(id));
    }

    @Override
    public Firewall change(long id, FirewallAsk ask) {
        return sight.of(firewalls.change(current.caller(), id, ask));
    }

    @Override
    public EnrolmentToken makeEnrolmentToken(long id) {
        return acts.makeEnrolmentToken(current.operator(), id);
    }

    @Override
    public AgentToken rotateAgentToken(long id) {
        return new AgentToken(id, acts.rotate(current.caller(), id));
    }

    @Override
    public void revokeAgentToken(long id) {
        acts.revoke(current.caller(), id);
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    public CertificatePins certificatePins(long id) {
        firewalls.one(id);
        return new CertificatePins(pins.of(id));
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    public CertificatePins acceptCertificate(long id, CertificatePinAsk ask) {
        firewalls.one(id);
        byte[] sha256 = HexFormat.of().parseHex(ask.sha256().replace(":", ""));
        pins.accept(current.operator(), id, Target.parse(ask.target()), sha256);
        return new CertificatePins(pins.of(id));
    }
}
