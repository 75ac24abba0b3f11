package io.opnmanager.tunnel.broker.access.browser;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A document's Content-Security-Policy, opened just as far as the presence script needs: its file,
 * its worker and its requests, all of the document's own origin (CSP Level 3).
 *
 * @param headers the policy as the browser gets it
 * @param runs whether the script runs under it
 * @param nonce what the script has to carry for that
 */
record ContentPolicy(List<String> headers, boolean runs, @Nullable String nonce) {

    private static final String SELF = "'self'";
    private static final String NONE = "'none'";
    private static final String STRICT_DYNAMIC = "'strict-dynamic'";
    private static final String NONCE = "'nonce-";

    /** CSP §6.8.3: which directive speaks when one is absent, the most particular first. */
    private static final List<String> SCRIPT =
            List.of("script-src-elem", "script-src", "default-src");

    private static final List<String> WORKER =
            List.of("worker-src", "child-src", "script-src", "default-src");
    private static final List<String> CONNECT = List.of("connect-src", "default-src");

    /** Opens the policies of these headers; each can hold several, and all of them count. */
    static ContentPolicy open(List<String> headers) {
        List<String> opened = new ArrayList<>();
        boolean runs = true;
        @Nullable String nonce = null;
        for (String header : headers) {
            List<String> policies = new ArrayList<>();
            for (String policy : header.split(",", -1)) {
                Map<String, List<String>> directives = parse(policy);
                List<String> scripts = spoken(directives, SCRIPT);
                if (scripts.contains(STRICT_DYNAMIC)) {
                    // There 'self' means nothing (CSP §8.2): only a nonce lets a script in.
                    @Nullable String own = nonceOf(scripts);
                    runs &= own != null && (nonce == null || nonce.equals(own));
                    nonce = own;
                } else {
                    let(directives, SCRIPT, "script-src");
                }
                let(directives, WORKER, "worker-src");
                let(directives, CONNECT, "connect-src");
                runs &= !isSandboxed(directives);
                policies.add(print(directives));
            }
            opened.add(String.join(", ", policies));
        }
        return new ContentPolicy(List.copyOf(opened), runs, nonce);
    }

    private static boolean isSandboxed(Map<String, List<String>> directives) {
        List<String> sandbox = directives.get("sandbox");
        return sandbox != null
                && !sandbox.containsAll(List.of("allow-scripts", "allow-same-origin"));
    }

    private static void let(
            Map<String, List<String>> directives, List<String> chain, String particular) {
        for (String name : chain) {
            List<String> sources = directives.get(name);
            if (sources == null) {
                continue;
            }
            if (!sources.contains(SELF) && !sources.contains("*")) {
                List<String> more = new ArrayList<>(sources);
                more.remove(NONE);
                more.add(SELF);
                // What is said for more than scripts, workers or requests stays as strict as it is.
                boolean ownDirective = name.equals(particular) || name.startsWith(particular);
                directives.put(ownDirective ? name : particular, more);
            }
            return;
        }
    }

    private static List<String> spoken(Map<String, List<String>> directives, List<String> chain) {
        for (String name : chain) {
            List<String> sources = directives.get(name);
            if (sources != null) {
                return sources;
            }
        }
        return List.of();
    }

    private static @Nullable String nonceOf(List<String> sources) {
        for (String source : sources) {
            if (source.startsWith(NONCE) && source.matches("'nonce-[A-Za-z0-9+/=_-]+'")) {
                return source.substring(NONCE.length(), source.length() - 1);
            }
        }
        return null;
    }

    /** CSP §2.2.1: of a directive that stands twice the first counts. */
    private static Map<String, List<String>> parse(String policy) {
        Map<String, List<String>> directives = new LinkedHashMap<>();
        for (String part : policy.split(";", -1)) {
            String directive = part.strip();
            if (!directive.isEmpty()) {
                List<String> words = List.of(directive.split("\\s+", -1));
                directives.putIfAbsent(
                        words.getFirst().toLowerCase(Locale.ROOT), words.subList(1, words.size()));
            }
        }
        return directives;
    }

    private static String print(Map<String, List<String>> directives) {
        return directives.entrySet().stream()
                .map(entry -> (entry.getKey() + " " + String.join(" ", entry.getValue())).strip())
                .collect(Collectors.joining("; "));
    }
}
