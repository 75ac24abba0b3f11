/**
 * How something is measured: an experiment, its contenders in alternating rounds, figures with what
 * was promised of them, and every sample in a file.
 *
 * <p>Not here: what is measured, and what is written about it.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
