package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.OperatorChanged;
import io.opnmanager.tunnel.broker.identity.OperatorRights;
import io.opnmanager.tunnel.broker.identity.SignedOutEverywhere;
import io.opnmanager.tunnel.broker.request.RequestMoved;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.request.RequestSettings;
import io.opnmanager.tunnel.broker.request.SessionRows;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this node that have a host of their own, by that host. What is decided for a
 * browser is decided from here: no request of a browser asks the database. Rows that end reach this
 * memory at once when this node moved them, and within a second whoever did.
 *
 * <p>All maps are concurrent. Work that touches the database runs in virtual threads.
 */
@ApplicationScoped
public class LiveSessions {

    private static final Logger LOG = Logger.getLogger(LiveSessions.class);

    private final SessionRows rows;
    private final ThisNode node;
    private final OperatorRights rights;
    private final GoneHosts gone;
    private final Parts parts;

    private final Map<String, LiveSession> byHost = new ConcurrentHashMap<>();

    LiveSessions(
            SessionRows rows, ThisNode node, OperatorRights rights, GoneHosts gone, Parts parts) {
        this.rows = rows;
        this.node = node;
        this.rights = rights;
        this.gone = gone;
        this.parts = parts;
        parts.metrics.watch(
                () -> byHost.values().stream().filter(LiveSession::isEntered).count(),
                () ->
                        byHost.values().stream()
                                .mapToInt(session -> session.attendance().tabs())
                                .sum());
    }

    /** Addresses, times, ends and meters, apart only to keep constructors short. */
    @Singleton
    static class Parts {
        private final SessionAddresses addresses;
        private final Attendance.Terms attendance;
        private final SessionEnds ends;
        private final AccessMetrics metrics;

        Parts(
                SessionAddresses addresses,
                AccessSettings access,
                RequestSettings request,
                SessionEnds ends,
                AccessMetrics metrics) {
            this.addresses = addresses;
            this.attendance = Attendance.Terms.of(access, request.windowGone());
            this.ends = ends;
            this.metrics = metrics;
        }
    }

    /** After the node has said that it is there. */
    void start(@Observes @Priority(20) StartupEvent event) {
        node.announceSessions(parts.addresses.sessionUrl());
    }

    /**
     * Says where programs reach sessions of this node.
     *
     * @param port null when they cannot
     */
    public void announceStreams(@Nullable Integer port) {
        node.announceStreams(port);
    }

    /** The node whose sessions these are. */
    public String node() {
        return node.name();
    }

    /** Who asked for which of these requests, of those that an operator may reach; blocks. */
    public Map<Long, String> ownersWithin(Caller.Operator who, Collection<Long> requests) {
        return rows.ownersWithin(who.reach(), requests);
    }

    /** How often windows shall give a sign. */
    public Duration beat() {
        return parts.attendance.beat();
    }

    /** How things stand with a host, as far as memory knows; null when it has to be looked up. */
    public @Nullable Standing standing(String host) {
        LiveSession session = byHost.get(host);
        return session == null ? gone.known(host) : new Standing.Live(session);
    }

    /**
     * How things stand with a host; blocks.
     *
     * @param source the address that asks, whose lookups are counted
     */
    public Standing look(String host, String source) {
        return gone.look(host, source);
    }

    /**
     * Whether a browser with this cookie may use a session now: it was let in, and whose session it
     * is may still have it.
     */
    public boolean admits(LiveSession session, String cookie) {
        return session.isActive() && session.knows(cookie) && isHeld(session);
    }

    /**
     * Whether an operator may use a session through the gateway now: it is active, it is theirs or
     * shared with them, and within what they may have.
     *
     * @param operator as far as what they have shown allows it
     */
    public boolean holds(LiveSession session, Caller.Operator operator) {
        Caller.Operator now = rights.of(operator.name());
        return session.isActive()
                && isHeld(session)
                && now != null
                && SessionRows.mayUse(now, session.row())
                && SessionRows.mayUse(operator, session.row());
    }

    /** Whether there still is an operator of this name. */
    public boolean isKnown(String operator) {
        return rights.of(operator) != null;
    }

    private boolean isHeld(LiveSession session) {
        Caller.Operator owner = rights.of(session.row().view().requestedBy());
        return owner != null && SessionRows.mayHold(owner, session.row());
    }

    void moved(@Observes RequestMoved move) {
        RequestRow row = move.row();
        if (row.view().node().equals(node.name())) {
            if (row.isLive()) {
                see(row);
            } else {
                over(row);
            }
        }
    }

    /** What flows for somebody who may no longer is cut at once; that the request ends follows. */
    void changed(@Observes OperatorChanged change) {
        for (LiveSession session : byHost.values()) {
            if (session.row().view().requestedBy().equals(change.name())
                    && (change.now() == null
                            || !SessionRows.mayHold(change.now(), session.row()))) {
                session.shutOut();
            }
        }
    }

    /**
     * Whoever signs out everywhere is nowhere let in any more; the sessions may be entered anew.
     */
    void signedOut(@Observes SignedOutEverywhere event) {
        for (LiveSession session : byHost.values()) {
            if (session.row().view().requestedBy().equals(event.operator())) {
                session.shutOut();
            }
        }
    }

    private void see(RequestRow row) {
        String host = row.accessHost();
        if (host == null || gone.known(host) != null) {
            return;
        }
        LiveSession session =
                byHost.computeIfAbsent(
                        host,
                        fresh ->
                                new LiveSession(
                                        parts.addresses.origin(fresh),
                                        row,
                                        new Attendance(parts.attendance, System::nanoTime)));
        session.row(row);
    }

    private void over(RequestRow row) {
        String host = row.accessHost();
        if (host == null) {
            return;
        }
        gone.ended(host, row);
        LiveSession session = byHost.remove(host);
        if (session != null) {
            SessionEnds.inBackground(session::end);
        }
    }

    /** The comparison with the rows, and the signs of windows written to them. */
    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void reconcile() {
        try {
            compare();
            writeSigns();
            byHost.values().forEach(parts.ends::endIfLeft);
        } catch (RuntimeException e) {
            LOG.warnf(
                    "sessions could not be compared with the rows, tried again in a second: error=%s",
                    e.getMessage());
        }
    }

    private void compare() {
        Set<String> unseen = new HashSet<>(byHost.keySet());
        for (RequestRow row : rows.liveOn(node.name())) {
            see(row);
            if (row.accessHost() != null) {
                unseen.remove(row.accessHost());
            }
        }
        // These were there before the query and not in its answer: somebody else ended them.
        for (String host : unseen) {
            if (byHost.containsKey(host)) {
                rows.ofHost(host).filter(row -> !row.isLive()).ifPresent(this::over);
            }
        }
    }

    private void writeSigns() {
        List<SessionRows.Sign> signs = new ArrayList<>();
        List<LiveSession> written = new ArrayList<>();
        for (LiveSession session : byHost.values()) {
            Duration ago = session.attendance().toSave();
            if (ago != null) {
                signs.add(new SessionRows.Sign(session.request(), ago));
                written.add(session);
            }
        }
        try {
            rows.seen(signs);
        } catch (RuntimeException e) {
            written.forEach(session -> session.attendance().notSaved());
            throw e;
        }
    }

    /** A browser was let in: its session is held by a window from now on. Blocks. */
    void entered(LiveSession session) {
        session.attendance().sign();
        rows.seen(List.of(new SessionRows.Sign(session.request(), Duration.ZERO)));
    }
}
