package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** A veth pair, delayed by the kernel's own {@code netem} (CONFIG_NET_SCH_NETEM). */
final class NetemLink implements Link {

    private static final String NEAR_END = "bench-near";
    private static final String FAR_END = "bench-far";

    /** Packets under way in one direction: several times what 2 Gb/s have at 160 ms. */
    private static final String LIMIT = "200000";

    private static final double MICROS_PER_NANO = 1e-3;
    private static final double PERCENT = 100;

    private final Namespace near;
    private final Namespace far;

    NetemLink(Namespace near, Namespace far) throws IOException {
        this.near = near;
        this.far = far;
        Tools.run(
                "ip",
                "-n",
                near.name(),
                "link",
                "add",
                NEAR_END,
                "type",
                "veth",
                "peer",
                "name",
                FAR_END,
                "netns",
                far.name());
        bringUp(near, NEAR_END, NEAR, FAR);
        bringUp(far, FAR_END, FAR, NEAR);
    }

    /** Tried rather than asked: nothing in the system tells it. */
    static boolean isPossible(Namespace side) {
        try {
            Tools.run(
                    "ip",
                    "netns",
                    "exec",
                    side.name(),
                    "tc",
                    "qdisc",
                    "add",
                    "dev",
                    "lo",
                    "root",
                    "netem",
                    "delay",
                    "0ms");
            Tools.run(
                    "ip",
                    "netns",
                    "exec",
                    side.name(),
                    "tc",
                    "qdisc",
                    "delete",
                    "dev",
                    "lo",
                    "root");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void bringUp(Namespace side, String device, String own, String other)
            throws IOException {
        Tools.run("ip", "-n", side.name(), "address", "add", own, "peer", other, "dev", device);
        // Netem loses what it is given: one packet at a time, as a network does.
        Tools.run(
                "ip",
                "-n",
                side.name(),
                "link",
                "set",
                device,
                "mtu",
                String.valueOf(MTU),
                "gso_max_segs",
                "1",
                "up");
    }

    @Override
    public String description() {
        return "netem on both ends of a veth pair, MTU %d, no segmentation offload".formatted(MTU);
    }

    @Override
    public void shape(Duration roundTrip, double loss) throws IOException {
        shape(near, NEAR_END, roundTrip.dividedBy(2), loss);
        shape(far, FAR_END, roundTrip.dividedBy(2), loss);
    }

    private static void shape(Namespace side, String device, Duration delay, double loss)
            throws IOException {
        Tools.run(
                "ip",
                "netns",
                "exec",
                side.name(),
                "tc",
                "qdisc",
                "replace",
                "dev",
                device,
                "root",
                "netem",
                "limit",
                LIMIT,
                "delay",
                String.format(Locale.ROOT, "%.0fus", delay.toNanos() * MICROS_PER_NANO),
                "loss",
                String.format(Locale.ROOT, "%.4f%%", loss * PERCENT));
    }

    @Override
    public void close() throws IOException {
        Tools.run("ip", "-n", near.name(), "link", "delete", NEAR_END);
    }
}
