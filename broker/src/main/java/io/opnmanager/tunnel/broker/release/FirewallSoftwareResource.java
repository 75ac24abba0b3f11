package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.EnrolmentLine;
import io.opnmanager.tunnel.contract.operator.EnrolmentLineAsk;
import io.opnmanager.tunnel.contract.operator.FirewallSoftwareApi;
import io.opnmanager.tunnel.contract.operator.FirewallUpdate;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;

/** What agent a firewall has and how it gets one, within the caller's reach. */
@RolesAllowed("administrator")
@RunOnVirtualThread
class FirewallSoftwareResource implements FirewallSoftwareApi {

    private final Firewalls firewalls;
    private final EnrolmentLines lines;
    private final FirewallUpdates updates;
    private final CurrentCaller current;

    FirewallSoftwareResource(
            Firewalls firewalls,
            EnrolmentLines lines,
            FirewallUpdates updates,
            CurrentCaller current) {
        this.firewalls = firewalls;
        this.lines = lines;
        this.updates = updates;
        this.current = current;
    }

    @Override
    public EnrolmentLine makeEnrolmentLine(long id, EnrolmentLineAsk ask) {
        return lines.make(current.operator(), within(id), ask.kind());
    }

    @Override
    @RolesAllowed({"administrator", "operator", "viewer"})
    public FirewallUpdate update(long id) {
        var _ = within(id);
        return updates.of(id);
    }

    private FirewallRow within(long id) {
        return firewalls.within(current.operator().reach(), id);
    }
}
