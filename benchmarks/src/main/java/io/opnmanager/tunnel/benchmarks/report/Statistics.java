package io.opnmanager.tunnel.benchmarks.report;

import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.util.List;

/**
 * Of some samples. A percentile is the nearest rank: a value that was measured, never one between
 * two.
 *
 * @param count how many there are
 * @param least the smallest
 * @param median the middle one, the lower of two
 * @param p99 one in a hundred is larger; the largest when there are fewer than a hundred
 * @param most the largest
 */
record Statistics(int count, double least, double median, double p99, double most) {

    /**
     * @throws IllegalArgumentException when there is no sample
     */
    static Statistics of(List<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("wanted at least one sample, found none");
        }
        List<Double> sorted = samples.stream().sorted().toList();
        return new Statistics(
                sorted.size(),
                sorted.getFirst(),
                rank(sorted, 0.5),
                rank(sorted, 0.99),
                sorted.getLast());
    }

    private static double rank(List<Double> sorted, double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    /** What a promise looks at. */
    double of(Target.Statistic which) {
        return switch (which) {
            case P50 -> median;
            case P99 -> p99;
        };
    }
}
