package io.opnmanager.tunnel.demo.page;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What the firewall would measure. All made up, of the firewall's name, so that each is another.
 */
final class Figures {

    private static final double MEGA = 1_000_000;
    private static final List<String> SOURCES =
            List.of("203.0.113", "198.51.100", "192.0.2", "100.64.8");
    private static final List<Integer> PORTS = List.of(22, 23, 25, 445, 443, 3389, 5060, 8443);

    private static final int KEPT = 90;

    private final Random random;
    private final Deque<String> history = new ArrayDeque<>();
    private final Instant begin = Instant.now();
    private final double base;
    private double in;
    private double out;

    Figures(String name) {
        random = new Random(name.hashCode());
        base = 20 + random.nextInt(60);
        in = base;
        out = base / 4;
        for (int second = 0; second < KEPT; second++) {
            tick();
        }
    }

    /** A second has passed. */
    void tick() {
        // Wanders about its mean; now and then somebody fetches something large.
        in = wander(in, base, 0.12);
        out = wander(out, base / 4, 0.15);
        history.addLast(String.format(Locale.ROOT, "[%.0f,%.0f]", in * MEGA, out * MEGA));
        if (history.size() > KEPT) {
            history.removeFirst();
        }
    }

    /** In and out of the last seconds, the oldest first. */
    String history() {
        return "[" + String.join(",", history) + "]";
    }

    /** Bits per second of the last second, as the event stream of the traffic widget says it. */
    String traffic() {
        return String.format(
                Locale.ROOT,
                """
                {"time":%d,"interfaces":{"wan":{"name":"WAN","in":%.0f,"out":%.0f},"lan":{"name":"LAN","in":%.0f,"out":%.0f}},\
                "states":%d,"cpu":%.1f,"memory":%.1f,"uptime":%d}\
                """,
                Instant.now().getEpochSecond(),
                in * MEGA,
                out * MEGA,
                out * 1.04 * MEGA,
                in * 0.97 * MEGA,
                Math.round(800 + in * 22 + random.nextInt(40)),
                Math.min(96, 3 + in / 4 + random.nextDouble() * 4),
                31.5 + random.nextDouble(),
                Duration.between(begin, Instant.now()).plusDays(41).plusHours(7).toSeconds());
    }

    private double wander(double now, double mean, double step) {
        double burst = random.nextInt(25) == 0 ? mean * 1.5 * random.nextDouble() : 0;
        double next = now + (mean - now) * 0.15 + (random.nextDouble() - 0.5) * mean * step * 2;
        return Math.max(mean / 10, next + burst);
    }

    /** One line of the filter's log. */
    String logLine() {
        boolean blocked = random.nextInt(3) > 0;
        return String.format(
                Locale.ROOT,
                """
                {"time":"%s","action":"%s","interface":"%s","source":"%s.%d","port":%d,"protocol":"%s"}\
                """,
                Instant.now(),
                blocked ? "block" : "pass",
                blocked ? "WAN" : "LAN",
                blocked ? SOURCES.get(random.nextInt(SOURCES.size())) : "10.21.0",
                1 + random.nextInt(254),
                PORTS.get(random.nextInt(PORTS.size())),
                random.nextInt(4) == 0 ? "UDP" : "TCP");
    }

    String gateways() {
        return String.format(
                Locale.ROOT,
                """
                {"items":[{"name":"WAN_DHCP","address":"203.0.113.1","status":"online","delay":%.1f,"loss":0.0},\
                {"name":"LTE_BACKUP","address":"100.64.0.1","status":"online","delay":%.1f,"loss":%.1f},\
                {"name":"WG_SITE","address":"10.99.0.1","status":"online","delay":%.1f,"loss":0.0}]}\
                """,
                7 + random.nextDouble() * 3,
                38 + random.nextDouble() * 12,
                random.nextDouble(),
                14 + random.nextDouble() * 4);
    }
}
