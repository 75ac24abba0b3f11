package io.opnmanager.tunnel.benchmarks.measure;

/**
 * A promise.
 *
 * @param of which statistic of the ratios or samples
 * @param relation which side is good
 * @param bound the number that decides
 */
public record Target(Statistic of, Relation relation, double bound) {

    /** What of many samples is looked at. */
    public enum Statistic {
        /** Half are smaller. */
        P50,
        /** One in a hundred is larger; the largest when there are fewer than a hundred. */
        P99
    }

    /** Which side is good. */
    public enum Relation {
        /** The bound or more. */
        AT_LEAST,
        /** The bound or less. */
        AT_MOST
    }

    /** The median is the bound or more. */
    public static Target atLeast(double bound) {
        return new Target(Statistic.P50, Relation.AT_LEAST, bound);
    }

    /** The median is the bound or less. */
    public static Target atMost(double bound) {
        return new Target(Statistic.P50, Relation.AT_MOST, bound);
    }

    /** The same of the slowest hundredth. */
    public Target ofP99() {
        return new Target(Statistic.P99, relation, bound);
    }

    /** Whether it is kept. */
    public boolean isMetBy(double value) {
        return switch (relation) {
            case AT_LEAST -> value >= bound;
            case AT_MOST -> value <= bound;
        };
    }
}
