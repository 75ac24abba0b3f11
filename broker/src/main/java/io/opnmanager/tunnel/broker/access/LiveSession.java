package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Secrets;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.FirewallKind;
import java.net.URI;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A live request of this node, and the browsers that were let in when there is a web page at its
 * end. It is in memory only, like the tunnel that it stands on: both go with this process.
 *
 * <p>Safe from any thread; never waits, but for {@link #end} and {@link #shutOut}, which close what
 * the session owns.
 */
public final class LiveSession {

    private static final Logger LOG = Logger.getLogger(LiveSession.class);

    /** Browsers that are let in at once; the one that came first goes. */
    private static final int BROWSERS = 20;

    private final URI origin;
    private final Attendance attendance;
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile RequestRow row;
    private volatile FirewallKind kind = FirewallKind.GENERIC;

    /** SHA-256 of the cookie of each browser, oldest first; guarded by itself. */
    private final Deque<byte[]> cookies = new ArrayDeque<>();

    /** Ends with the session; guarded by itself. */
    private final Set<AutoCloseable> owned = Collections.newSetFromMap(new IdentityHashMap<>());

    private volatile boolean over;

    LiveSession(URI origin, RequestRow row, Attendance attendance) {
        this.origin = origin;
        this.row = row;
        this.attendance = attendance;
    }

    /** The request that it is a session of. */
    public long request() {
        return row.id();
    }

    RequestRow row() {
        return row;
    }

    void row(RequestRow newer) {
        row = newer;
    }

    void kind(FirewallKind known) {
        kind = known;
    }

    /** Whether there is a web page at its end, for browsers. */
    public boolean hasPage() {
        return row.view().sessionUrl() != null;
    }

    /** Whether its page can be reached. */
    public boolean isActive() {
        return !over && row.status() == Status.ACTIVE;
    }

    /** Scheme, host and port under which browsers see the page. */
    public URI origin() {
        return origin;
    }

    /** Port of its tunnel on 127.0.0.1. */
    public int port() {
        return row.view().tunnelPort();
    }

    /** {@code https} or {@code http}. */
    public String scheme() {
        return target().scheme();
    }

    /** Host, and port unless it is the scheme's own, by which the page knows itself. */
    public String authority() {
        Target target = target();
        String name = target.host().contains(":") ? "[" + target.host() + "]" : target.host();
        int usual = target.scheme().equals("https") ? 443 : 80;
        return target.port() == usual ? name : name + ":" + target.port();
    }

    private Target target() {
        return Target.parse(row.view().target());
    }

    /** SHA-256 of the certificate that the page showed when the session began. */
    public byte @Nullable [] certificate() {
        String known = row.view().certificateSha256();
        return known == null ? null : HexFormat.of().parseHex(known);
    }

    /** The kind of firewall, as the word of its profile. */
    public String kind() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Lets one more browser in.
     *
     * @return its cookie: 43 characters of base64url, kept nowhere else than in the browser
     */
    String letIn() {
        String cookie = Secrets.newToken("");
        synchronized (cookies) {
            if (!over) {
                cookies.addLast(Secrets.hash(cookie));
                if (cookies.size() > BROWSERS) {
                    cookies.removeFirst();
                }
            }
        }
        return cookie;
    }

    /** Whether this is the cookie of a browser that was let in. */
    public boolean knows(String cookie) {
        byte[] hash = Secrets.hash(cookie);
        boolean known = false;
        synchronized (cookies) {
            for (byte[] one : cookies) {
                known |= MessageDigest.isEqual(one, hash);
            }
        }
        return known;
    }

    boolean isEntered() {
        synchronized (cookies) {
            return !cookies.isEmpty();
        }
    }

    /** A page went to a window. */
    public void delivered(boolean withScript) {
        attendance.delivered(withScript);
    }

    /** A page that was delivered is being looked at. */
    public void scriptAsked() {
        attendance.scriptAsked();
    }

    /**
     * A window is there.
     *
     * @return whether it is counted; not when there are too many
     */
    public boolean beat(String tab) {
        return attendance.beat(tab);
    }

    Attendance attendance() {
        return attendance;
    }

    /** Whether the caller is the one who watches this session leave. */
    boolean watch() {
        return watched.compareAndSet(false, true);
    }

    void unwatch() {
        watched.set(false);
    }

    /**
     * Makes something end with this session, or with the next {@link #shutOut}: at once if it is
     * over.
     */
    public void own(AutoCloseable part) {
        synchronized (owned) {
            if (!over) {
                owned.add(part);
                return;
            }
        }
        close(part);
    }

    /** What {@link #own} was told of has ended by itself. */
    public void disown(AutoCloseable part) {
        synchronized (owned) {
            owned.remove(part);
        }
    }

    /** It is over: nobody is known any more and everything is cut. */
    void end() {
        over = true;
        shutOut();
    }

    /** Every browser has to come in again, and what goes through now is cut. */
    void shutOut() {
        synchronized (cookies) {
            cookies.clear();
        }
        List<AutoCloseable> parts;
        synchronized (owned) {
            parts = List.copyOf(owned);
            owned.clear();
        }
        parts.forEach(this::close);
    }

    private void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warnf(
                    "part of a session did not close cleanly: request=%d error=%s",
                    request(), e.getMessage());
        }
    }
}
