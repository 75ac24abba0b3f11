/**
 * One class a question: what is started for it, who takes turns, and which figures are noted.
 *
 * <p>Not here: parts that a second experiment needs too.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.experiment;

import org.jspecify.annotations.NullMarked;
