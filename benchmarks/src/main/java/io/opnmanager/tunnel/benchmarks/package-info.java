/**
 * What the product is measured by: experiments that take figures of ours and of peers in
 * alternating rounds of one run, and what is written of them.
 *
 * <p>Not here: tests. A benchmark is never red because it was slow; what must hold on every machine
 * are counts, and those are bounded by tests.
 *
 * <pre>
 *   Benchmarks --Options--&gt; experiment.*     one class a question
 *                              | measure     rounds over contenders, figures, samples
 *                              | site        the product; peer: who it is compared with
 *                              | load, fleet, network, machine
 *                              v
 *                            JSON --&gt; report  tables, plots, targets met or missed
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks;

import org.jspecify.annotations.NullMarked;
