package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.time.Duration;

/** Two interfaces, and two threads of this process that carry frames between them. */
final class EmulatedLink implements Link {

    /** The same packets are lost whenever the same ones are sent. */
    private static final long SEED = 20_261_122;

    /** Frames before an interface that is not read in time; each up to 64 KiB. */
    private static final String KERNEL_QUEUE = "10000";

    private final TunDevice near;
    private final TunDevice far;
    private final Direction there;
    private final Direction back;

    EmulatedLink(Namespace nearSide, Namespace farSide) throws IOException {
        near = new TunDevice("bench-near");
        far = new TunDevice("bench-far");
        try {
            Tools.run("ip", "link", "set", near.name(), "netns", nearSide.name());
            Tools.run("ip", "link", "set", far.name(), "netns", farSide.name());
            bringUp(nearSide, near, NEAR, FAR);
            bringUp(farSide, far, FAR, NEAR);
        } catch (IOException e) {
            near.close();
            far.close();
            throw e;
        }
        there = Direction.start(near, far, SEED);
        back = Direction.start(far, near, SEED + 1);
    }

    private static void bringUp(Namespace side, TunDevice device, String own, String other)
            throws IOException {
        String name = device.name();
        Tools.run("ip", "-n", side.name(), "address", "add", own, "peer", other, "dev", name);
        Tools.run(
                "ip",
                "-n",
                side.name(),
                "link",
                "set",
                name,
                "mtu",
                String.valueOf(MTU),
                "txqueuelen",
                KERNEL_QUEUE,
                "up");
    }

    @Override
    public String description() {
        return "own emulator between two TUN interfaces, as the kernel has no netem; MTU %d, TCP segments of up to"
                        .formatted(MTU)
                + " 64 KiB in one frame, loss for each packet of them by itself, seeded";
    }

    @Override
    public void shape(Duration roundTrip, double loss) throws IOException {
        Duration half = roundTrip.dividedBy(2);
        there.shape(half, loss);
        back.shape(half, loss);
    }

    @Override
    public void close() throws IOException {
        try (near;
                far;
                back;
                there) {
            // Directions end before what they read and write.
        }
    }
}
