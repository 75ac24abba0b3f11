package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a tunnel leads to, seen from the agent. There is one way to write each: lower case, with its
 * port, the loopback of the firewall always {@code localhost}.
 *
 * @param scheme https, http, ssh or tcp
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record Target(String scheme, String host, int port) {

    private static final String WANTED =
            "wanted scheme://host:port with scheme https, http, ssh or tcp, or host:port, or the word ssh";
    private static final Set<String> SCHEMES = Set.of("https", "http", "ssh", "tcp");
    private static final int LONGEST = 255;
    private static final Pattern FORM =
            Pattern.compile(
                    "(?:([A-Za-z]+)://)?(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253})):([1-9][0-9]{0,4})");
    private static final Pattern NAME =
            Pattern.compile(
                    "(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern LOOKS_LIKE_IPV4 =
            Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");

    /**
     * @throws Problem {@code target_refused} when a tunnel may not lead there
     */
    public Target {
        if (!SCHEMES.contains(scheme)) {
            throw refused(WANTED + ", found another scheme");
        }
        if (port < 1 || port > 65_535) {
            throw refused("wanted a port from 1 to 65535, found " + port);
        }
        host = canonical(host);
    }

    /**
     * Reads what a person or an agent wrote.
     *
     * @throws Problem {@code target_refused} for any other form, and for hosts that are no single
     *     machine or only reachable by being on the same wire: link-local, multicast, unspecified
     */
    public static Target parse(String text) {
        if (text.equals("ssh")) {
            return new Target("ssh", "localhost", 22);
        }
        if (text.length() > LONGEST) {
            throw refused("wanted at most " + LONGEST + " characters, found " + text.length());
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw refused(WANTED + ", found " + shown(text));
        }
        String scheme = form.group(1) == null ? "tcp" : form.group(1).toLowerCase(Locale.ROOT);
        if (form.group(2) != null && form.group(2).indexOf(':') < 0) {
            throw refused("wanted an IPv6 address in the brackets, found " + shown(text));
        }
        String host = form.group(2) == null ? form.group(3) : form.group(2);
        return new Target(scheme, host, Integer.parseInt(form.group(4)));
    }

    /** {@code scheme://host:port}, the only way this target is written in rows and answers. */
    @Override
    public String toString() {
        return scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static String canonical(String given) {
        String host = given.toLowerCase(Locale.ROOT);
        if (host.indexOf(':') >= 0) {
            return address(host);
        }
        if (LOOKS_LIKE_IPV4.matcher(host).matches()) {
            // 127.1, 0x7f.1 and 2130706433 are addresses for some resolvers: one spelling only.
            if (!IPV4.matcher(host).matches()) {
                throw refused(
                        "wanted an IPv4 address as four decimal numbers, found " + shown(host));
            }
            return address(host);
        }
        if (host.length() > 253 || !NAME.matcher(host).matches()) {
            throw refused("wanted a host name or address, found " + shown(host));
        }
        return host;
    }

    private static String address(String literal) {
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            throw refused("wanted an IP address, found " + shown(literal));
        }
        if (address.isLinkLocalAddress()) {
            throw refused("wanted an address that is routed, found the link-local " + literal);
        }
        if (address.isMulticastAddress()) {
            throw refused("wanted the address of one machine, found the multicast " + literal);
        }
        byte[] bytes = address.getAddress();
        boolean reserved =
                address instanceof Inet4Address && (bytes[0] == 0 || (bytes[0] & 0xf0) == 0xf0);
        if (address.isAnyLocalAddress() || reserved) {
            throw refused("wanted the address of one machine, found the reserved " + literal);
        }
        if (literal.equals("127.0.0.1")
                || address.getHostAddress().equals("127.0.0.1")
                || isLoopback6(bytes)) {
            return "localhost";
        }
        return address instanceof Inet4Address ? address.getHostAddress() : compressed(bytes);
    }

    private static boolean isLoopback6(byte[] bytes) {
        if (bytes.length != 16 || bytes[15] != 1) {
            return false;
        }
        for (int i = 0; i < 15; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * RFC 5952 §4: lower case, no leading zeros, the first longest run of zero groups as {@code
     * ::}.
     */
    private static String compressed(byte[] bytes) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int run = i;
            while (run < 8 && groups[run] == 0) {
                run++;
            }
            if (run - i > length) {
                start = i;
                length = run - i;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }

    /** At most 60 characters and none that could disturb a log or a terminal. */
    private static String shown(String text) {
        String shortened = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return "\"" + shortened.replaceAll("[^\\x20-\\x7e]", "?") + "\"";
    }

    private static Problem refused(String detail) {
        return new Problem(ProblemCode.TARGET_REFUSED, detail);
    }
}
