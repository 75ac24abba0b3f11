package io.opnmanager.tunnel.benchmarks.report;

import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Results.Measured;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came out of one figure.
 *
 * @param figure what was measured
 * @param judged the ratios to the peer, round by round, when there is a peer; else the samples of
 *     ours; absent when those that it takes were not measured
 */
record Outcome(Figure figure, Optional<Statistics> judged) {

    static Outcome of(Measured measured) {
        Figure figure = measured.figure();
        List<Double> ours = measured.samples().getOrDefault(Figure.OURS, List.of());
        @Nullable String peer = figure.peer();
        List<Double> judged =
                peer == null
                        ? ours
                        : ratios(ours, measured.samples().getOrDefault(peer, List.of()));
        return new Outcome(
                figure, judged.isEmpty() ? Optional.empty() : Optional.of(Statistics.of(judged)));
    }

    /** Of the same round each: what slowed the machine for one slowed it for the other too. */
    private static List<Double> ratios(List<Double> ours, List<Double> peers) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(ours.size(), peers.size()); round++) {
            double peer = peers.get(round);
            if (peer > 0) {
                ratios.add(ours.get(round) / peer);
            }
        }
        return ratios;
    }

    /** {@code × openssh}, or the unit. */
    String unit() {
        @Nullable String peer = figure.peer();
        return peer == null ? figure.unit() : "× " + peer;
    }

    /** Kept, missed, or nothing when nothing was promised. */
    Optional<Boolean> isKept() {
        @Nullable Target target = figure.target();
        if (target == null) {
            return Optional.empty();
        }
        return Optional.of(
                judged.map(statistics -> target.isMetBy(statistics.of(target.of()))).orElse(false));
    }
}
