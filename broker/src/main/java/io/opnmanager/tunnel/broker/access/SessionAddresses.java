package io.opnmanager.tunnel.broker.access;

import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which host names are sessions, and where the console is. */
@Singleton
public final class SessionAddresses {

    private static final String PORT = "(?::([1-9][0-9]{0,4}))?/?";
    private static final Pattern CONSOLE =
            Pattern.compile("https?://([a-z0-9.-]{1,253}|\\[[0-9a-f:.]+])" + PORT);
    private static final Pattern SESSION =
            Pattern.compile("https?://\\*(\\.[a-z0-9-]+(?:\\.[a-z0-9-]+)*)" + PORT);

    private final URI console;
    private final String consoleHost;
    private final String sessionUrl;

    /** Begins with a dot. */
    private final String domain;

    SessionAddresses(AccessSettings settings) {
        String consoleUrl = trimmed(settings.consoleUrl());
        Matcher ofConsole = CONSOLE.matcher(consoleUrl);
        if (!ofConsole.matches()) {
            throw new IllegalArgumentException(
                    "opnmanager.access.console-url: wanted http(s)://host[:port], found "
                            + consoleUrl);
        }
        this.console = URI.create(consoleUrl);
        this.consoleHost = ofConsole.group(1);
        this.sessionUrl = trimmed(settings.sessionUrl());
        Matcher ofSession = SESSION.matcher(sessionUrl);
        if (!ofSession.matches()) {
            throw new IllegalArgumentException(
                    "opnmanager.access.session-url: wanted http(s)://*.domain[:port], found "
                            + sessionUrl);
        }
        this.domain = ofSession.group(1);
    }

    private static String trimmed(String url) {
        String lower = url.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** Scheme, host and port of the console, without a slash at the end. */
    public URI console() {
        return console;
    }

    /** Origin of sessions with {@code *} for what is each one's own. */
    public String sessionUrl() {
        return sessionUrl;
    }

    /** The origin of one session. */
    public URI origin(String label) {
        return URI.create(sessionUrl.replace("*", label));
    }

    /**
     * Whose host this is.
     *
     * @param host in lower case, without port and without a dot at the end
     * @return what stands in front of the session domain, and may be anything; {@code null} when
     *     the host is not below that domain, or is the console's
     */
    public @Nullable String labelOf(String host) {
        return host.endsWith(domain) && !host.equals(consoleHost)
                ? host.substring(0, host.length() - domain.length())
                : null;
    }
}
