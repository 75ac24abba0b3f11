package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.Enrolment;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.agent.AgentApi;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.opnmanager.tunnel.contract.agent.Heartbeat;
import io.opnmanager.tunnel.contract.agent.HeartbeatAnswer;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheck;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheckAnswer;
import io.opnmanager.tunnel.contract.agent.RequestReference;
import io.opnmanager.tunnel.contract.agent.Success;
import io.opnmanager.tunnel.contract.agent.TunnelReport;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import java.time.Duration;
import java.util.Objects;

/** The agents' side of requests, and of whoever holds a session. */
class AgentResource implements AgentApi {

    private final Asking asking;
    private final Enrolment enrolment;
    private final WorkWatch watch;
    private final Requests requests;
    private final AgentWork work;

    AgentResource(
            Asking asking,
            Enrolment enrolment,
            WorkWatch watch,
            Requests requests,
            AgentWork work) {
        this.asking = asking;
        this.enrolment = enrolment;
        this.watch = watch;
        this.requests = requests;
        this.work = work;
    }

    @Override
    @PermitAll
    @RunOnVirtualThread
    public EnrolmentAnswer enroll(EnrolmentAsk ask) {
        return enrolment.enroll(ask);
    }

    /** On the event loop: it only looks into memory, and a held answer is a future. */
    @Override
    @RolesAllowed("agent")
    @NonBlocking
    public Uni<QuickconnectCheckAnswer> quickconnectCheck(QuickconnectCheck check) {
        Caller.Agent agent = asking.agentOf(check.firewallId());
        Duration wait = Duration.ofSeconds(Objects.requireNonNullElse(check.waitSeconds(), 0));
        return Uni.createFrom().completionStage(watch.check(agent.firewallId(), wait));
    }

    @Override
    @RolesAllowed("agent")
    @RunOnVirtualThread
    public CheckinAnswer agentCheckin(Checkin checkin) {
        Caller.Agent agent = asking.agentOf(checkin.firewallId());
        return work.checkin(agent, checkin);
    }

    @Override
    @RolesAllowed("agent")
    @RunOnVirtualThread
    public Success tunnelStatus(TunnelReport report) {
        RequestRow row = own(report.requestId());
        switch (report.status()) {
            case ACTIVE -> requests.reported(row.id(), report.tunnelPid());
            case DISCONNECTED -> gone(row, report, EndReason.AGENT_CLOSED);
            case FAILED -> gone(row, report, EndReason.AGENT_FAILED);
        }
        return Success.YES;
    }

    /**
     * A report of an agent that another one with the same identity has replaced says nothing about
     * the tunnel.
     */
    private void gone(RequestRow row, TunnelReport report, EndReason reason) {
        boolean replaced =
                report.tunnelPid() != null
                        && row.view().tunnelPid() != null
                        && !report.tunnelPid().equals(row.view().tunnelPid());
        if (!row.isLive()) {
            requests.killConfirmed(row);
        } else if (!replaced
                && !requests.end(row.id(), reason, asking.caller(), report.detail(), true)) {
            requests.killConfirmed(row);
        }
    }

    @Override
    @RolesAllowed({"administrator", "operator", "agent"})
    @RunOnVirtualThread
    public HeartbeatAnswer tunnelHeartbeat(Heartbeat heartbeat) {
        RequestRow row = requests.one(heartbeat.requestId());
        boolean holds = asking.requireUsed(row);
        return switch (asking.caller()) {
            // A window of somebody who may not close it would close it by going.
            case Caller.Operator operator ->
                    new HeartbeatAnswer(
                            work.wanted(
                                    row.id(), holds && Boolean.TRUE.equals(heartbeat.window())));
            // The agent may ask; its asking keeps nothing open that nobody wants.
            case Caller.Agent agent -> new HeartbeatAnswer(row.isLive());
            case Caller.Node node -> new HeartbeatAnswer(row.isLive());
        };
    }

    @Override
    @RolesAllowed({"administrator", "operator", "agent"})
    @RunOnVirtualThread
    public Success tunnelClose(RequestReference reference) {
        RequestRow row = own(reference.requestId());
        EndReason reason =
                switch (asking.caller()) {
                    case Caller.Agent agent -> EndReason.AGENT_CLOSED;
                    case Caller.Operator operator -> EndReason.CLOSED;
                    case Caller.Node node -> EndReason.CLOSED;
                };
        requests.end(row.id(), reason, asking.caller(), null);
        return Success.YES;
    }

    private RequestRow own(long id) {
        RequestRow row = requests.one(id);
        asking.requireOwn(row);
        return row;
    }
}
