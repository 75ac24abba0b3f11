package io.opnmanager.tunnel.agent.tunnel;

import io.opnmanager.tunnel.agent.transport.Target;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this firewall lets itself be asked for. The list is local: a broker that was taken over can
 * still reach nothing else.
 */
public final class AllowedTargets {
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^:\\[\\]/\\s]+)):(\\d{1,5})");

    private final List<Target> targets;

    private AllowedTargets(List<Target> targets) {
        this.targets = targets;
    }

    /**
     * Reads the list.
     *
     * @param lines {@code host:port} or {@code [IPv6]:port}
     * @throws IllegalArgumentException when one is not
     */
    public static AllowedTargets of(List<String> lines) {
        return new AllowedTargets(lines.stream().map(AllowedTargets::read).toList());
    }

    private static Target read(String line) {
        Matcher parts = HOST_AND_PORT.matcher(line.strip());
        if (parts.matches()) {
            int port = Integer.parseInt(parts.group(3));
            String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
            if (port >= 1 && port <= 65535 && host != null) {
                return new Target(dialled(host), port);
            }
        }
        throw new IllegalArgumentException("agent.targets: wanted host:port, found '" + line + "'");
    }

    /** What to dial for what was asked, empty when it is not allowed. */
    public Optional<Target> find(String host, int port) {
        String wanted = dialled(host);
        return targets.stream()
                .filter(target -> target.port() == port)
                .filter(target ->
                        target.host().equals(wanted)
                                || (isLoopback(target.host()) && isLoopback(wanted)))
                .findFirst();
    }

    /**
     * {@code localhost} is dialled by address: a hosts file must not be able to move it elsewhere.
     */
    private static String dialled(String host) {
        String lower = host.strip().toLowerCase(Locale.ROOT);
        return lower.equals("localhost") ? "127.0.0.1" : lower;
    }

    private static boolean isLoopback(String dialled) {
        return dialled.equals("127.0.0.1") || dialled.equals("::1");
    }

    @Override
    public String toString() {
        return targets.toString();
    }
}
