package io.opnmanager.tunnel.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/**
 * Something that is measured of one contender or more.
 *
 * @param name within its experiment: lower case with hyphens
 * @param title for the document
 * @param unit of the samples
 * @param peer the contender that ours is compared with, or {@code null} when the number itself is
 *     what was promised
 * @param target what was promised, or {@code null} when nothing was
 */
public record Figure(
        String name, String title, String unit, @Nullable String peer, @Nullable Target target) {

    /** The contender that stands for the product. */
    public static final String OURS = "ours";

    /** Without a peer and a promise. */
    public static Figure of(String name, String title, String unit) {
        return new Figure(name, title, unit, null, null);
    }

    /** Compared with a peer. */
    public Figure against(String other) {
        return new Figure(name, title, unit, other, target);
    }

    /** With a promise: of the ratio when there is a peer, else of the samples. */
    public Figure promised(Target promise) {
        return new Figure(name, title, unit, peer, promise);
    }
}
