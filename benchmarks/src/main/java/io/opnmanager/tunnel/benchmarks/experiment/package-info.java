/**
 * The questions: one class each, which says who is compared, in which figures, and what was
 * promised.
 *
 * <p>Not here: parts that another experiment could use.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.experiment;

import org.jspecify.annotations.NullMarked;
