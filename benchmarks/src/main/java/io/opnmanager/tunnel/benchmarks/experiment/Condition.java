package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Scale;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a path is like, and what is sent over it.
 *
 * @param millis there and back
 * @param loss part of the packets each way
 * @param transfers one after the other
 */
record Condition(int millis, double loss, List<Transfer> transfers) {

    private static final double ONE_IN_A_THOUSAND = 0.001;
    private static final String UNIT = "Mb/s";

    /** A window of TCP doubles each round trip: 14 KiB become 32 MiB in eleven. */
    private static final int ROUND_TRIPS = 12;

    private static final Duration BESIDE = Duration.ofMillis(200);

    /**
     * Streams at the same time.
     *
     * @param direction as who holds the tunnel's port sees it
     * @param streams how many
     */
    record Transfer(Direction direction, int streams) {}

    static List<Condition> of(Scale scale) {
        if (scale.name().equals(Scale.QUICK.name())) {
            return List.of(
                    new Condition(
                            80,
                            0,
                            List.of(
                                    new Transfer(Direction.DOWN, 1),
                                    new Transfer(Direction.UP, 1))),
                    new Condition(20, ONE_IN_A_THOUSAND, List.of(new Transfer(Direction.DOWN, 1))));
        }
        List<Condition> all = new ArrayList<>();
        for (double loss : List.of(0.0, ONE_IN_A_THOUSAND)) {
            for (int millis : List.of(20, 80, 160)) {
                List<Transfer> transfers = new ArrayList<>();
                for (int streams : List.of(1, 8)) {
                    for (Direction direction : Direction.values()) {
                        transfers.add(new Transfer(direction, streams));
                    }
                }
                all.add(new Condition(millis, loss, transfers));
            }
        }
        return all;
    }

    Duration roundTrip() {
        return Duration.ofMillis(millis);
    }

    /** How long a stream runs before it counts. */
    Duration ramp() {
        return roundTrip().multipliedBy(ROUND_TRIPS).plus(BESIDE);
    }

    /** For people. */
    String title() {
        return loss == 0 ? millis + " ms" : millis + " ms with 0.1 % loss";
    }

    /** Compared with the peer. */
    Figure figure(Transfer transfer, String peer) {
        return Figure.of(name(transfer), title(transfer), UNIT).against(peer);
    }

    /** What was promised in numbers, when something was. */
    Optional<Figure> promised(Transfer transfer) {
        if (loss > 0 || transfer.streams() > 1) {
            return Optional.empty();
        }
        Figure figure =
                Figure.of(name(transfer) + "-alone", title(transfer) + ", the number itself", UNIT);
        return switch (millis) {
            case 80 -> Optional.of(figure.promised(Target.atLeast(800)));
            case 160 -> Optional.of(figure.promised(Target.atLeast(400)));
            default -> Optional.empty();
        };
    }

    /** For files and figures. */
    String name() {
        return "ms-" + millis + (loss == 0 ? "" : "-loss");
    }

    private String name(Transfer transfer) {
        return "%s-%s-%d"
                .formatted(
                        name(),
                        switch (transfer.direction()) {
                            case DOWN -> "from-firewall";
                            case UP -> "to-firewall";
                        },
                        transfer.streams());
    }

    private String title(Transfer transfer) {
        return "%s, %s, %s"
                .formatted(
                        title(),
                        transfer.streams() == 1 ? "one stream" : transfer.streams() + " streams",
                        switch (transfer.direction()) {
                            case DOWN -> "from the firewall";
                            case UP -> "to the firewall";
                        });
    }
}
