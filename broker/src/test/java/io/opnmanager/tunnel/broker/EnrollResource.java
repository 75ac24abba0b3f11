package io.opnmanager.tunnel.broker;

import io.opnmanager.tunnel.broker.firewall.Enrolment;
import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.broker.firewall.LastSeen;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;

/** Calls the rooms of the ground as the agent API does, apart from it. */
@Path("/api/test")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class EnrollResource {

    private final Enrolment enrolment;
    private final Firewalls firewalls;
    private final LastSeen lastSeen;
    private final CurrentCaller current;

    EnrollResource(
            Enrolment enrolment, Firewalls firewalls, LastSeen lastSeen, CurrentCaller current) {
        this.enrolment = enrolment;
        this.firewalls = firewalls;
        this.lastSeen = lastSeen;
        this.current = current;
    }

    @POST
    @Path("/enroll")
    @PermitAll
    @RunOnVirtualThread
    public EnrolmentAnswer enroll(@NotNull @Valid EnrolmentAsk ask) {
        return enrolment.enroll(ask);
    }

    @POST
    @Path("/checkin")
    @RolesAllowed("agent")
    @RunOnVirtualThread
    public Checkin checkin(@NotNull @Valid Checkin checkin) {
        firewalls.checkedIn(current.agent().firewallId(), checkin);
        lastSeen.seen(current.agent().firewallId());
        return checkin;
    }

    @GET
    @Path("/whoami")
    @RolesAllowed({"agent", "administrator", "operator", "viewer"})
    public Uni<String> whoami() {
        String before = current.caller().actor();
        return Uni.createFrom()
                .item(before)
                .onItem()
                .delayIt()
                .by(Duration.ofMillis(50))
                .map(actor ->
                        "\"%s %s %s\""
                                .formatted(actor, current.caller().actor(), current.address()));
    }

    @GET
    @Path("/fault")
    @PermitAll
    public String fault() {
        throw new IllegalStateException("hunter2 is not for callers");
    }

    @GET
    @Path("/unannotated")
    public String unannotated() {
        return "\"never\"";
    }
}
