/**
 * What is written of the samples: a document with tables, a verdict on each promise, and a plot for
 * each experiment. The same samples give the same bytes.
 *
 * <p>Not here: measuring; this room reads files.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.report;

import org.jspecify.annotations.NullMarked;
