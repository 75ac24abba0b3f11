/**
 * The regression guard: counts of work that hardly depend on how fast the machine is, each with a
 * stored bound.
 *
 * <p>Not here: anything timed; how fast the product is says {@code benchmarks/run.sh}.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.guard;

import org.jspecify.annotations.NullMarked;
