package io.opnmanager.tunnel.broker.console;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The addresses of the console's pages. All of them are answered with the one page, which shows
 * what belongs to the address; any other address is nobody's and stays a 404. The same list stands
 * in {@code web/app/shell/routes.ts}, and a test compares the two.
 */
final class Pages {

    static final List<String> PATTERNS =
            List.of(
                    "/",
                    "/firewalls/(?<id>\\d{1,18})",
                    "/sessions",
                    "/approvals",
                    "/enrol",
                    "/audit",
                    "/operators",
                    "/nodes",
                    "/rollout",
                    "/tokens",
                    "/connect",
                    "/sign-in");

    private static final Pattern ANY = Pattern.compile(String.join("|", PATTERNS));

    private Pages() {}

    static boolean has(String path) {
        return ANY.matcher(path).matches();
    }
}
