/**
 * The questions, one class each: what is started for it, what is measured in which order, and what
 * was promised.
 *
 * <p>Not here: how anything is measured.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.experiment;

import org.jspecify.annotations.NullMarked;
