package io.opnmanager.tunnel.broker.console;

import io.opnmanager.tunnel.broker.access.SessionAddresses;
import io.vertx.core.MultiMap;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/**
 * What a browser may do with the console's page, as headers. Nothing inline, nothing from
 * elsewhere, no frame around it; the one thing that leaves it is the form with a ticket into a
 * session.
 */
@Singleton
final class BrowserRules {

    private static final Logger LOG = Logger.getLogger(BrowserRules.class);
    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    /** More would make the header larger than some proxies take. */
    private static final int MOST_NODES = 50;

    private final Jdbi jdbi;
    private final String own;

    /** Written by whoever reads the rows again; the last one is as good as any. */
    private volatile Known known = new Known(0, "");

    BrowserRules(Jdbi jdbi, SessionAddresses addresses) {
        this.jdbi = jdbi;
        this.own = addresses.sessionUrl();
    }

    private record Known(long until, String policy) {}

    /** For every answer of the console. */
    static void common(MultiMap headers) {
        headers.set("X-Content-Type-Options", "nosniff")
                .set("Referrer-Policy", "no-referrer")
                .set("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** For the page itself, whose rules count for everything that it loads. */
    void page(MultiMap headers) {
        common(headers);
        headers.set("Content-Security-Policy", policy())
                // The window that Connect opens leaves for a session's host, and may know nothing
                // of the one that opened it.
                .set("Cross-Origin-Opener-Policy", "same-origin")
                .set("X-Frame-Options", "DENY")
                .set(
                        "Permissions-Policy",
                        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(),"
                                + " display-capture=(), midi=(), publickey-credentials-get=(), clipboard-write=(self)");
    }

    /** Blocks on the database once in ten seconds: each node has session hosts of its own. */
    private String policy() {
        Known now = known;
        if (System.nanoTime() - now.until() < 0 && !now.policy().isEmpty()) {
            return now.policy();
        }
        String policy = policyFor(sessionHosts());
        known = new Known(System.nanoTime() + REMEMBERED.toNanos(), policy);
        return policy;
    }

    private Set<String> sessionHosts() {
        Set<String> hosts = new TreeSet<>(Set.of(own));
        try {
            hosts.addAll(
                    jdbi.withHandle(handle ->
                            handle.createQuery(
                                            "SELECT DISTINCT session_url FROM node WHERE session_url IS NOT NULL ORDER BY session_url LIMIT :most")
                                    .bind("most", MOST_NODES)
                                    .mapTo(String.class)
                                    .list()));
        } catch (RuntimeException e) {
            // The page can still be had, and says itself that the database is away.
            LOG.debugf("session hosts of other nodes could not be read: error=%s", e.getMessage());
        }
        return hosts;
    }

    static String policyFor(Set<String> sessionHosts) {
        String hosts =
                sessionHosts.stream()
                        .filter(host -> host.matches("https?://\\*[a-z0-9.-]+(:\\d{1,5})?"))
                        .collect(Collectors.joining(" "));
        return String.join(
                "; ",
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "font-src 'self'",
                "img-src 'self'",
                "connect-src 'self'",
                "form-action 'self' " + hosts,
                "frame-ancestors 'none'",
                "base-uri 'none'",
                // lit alone turns text into elements, from its own templates.
                "require-trusted-types-for 'script'",
                "trusted-types lit-html");
    }
}
