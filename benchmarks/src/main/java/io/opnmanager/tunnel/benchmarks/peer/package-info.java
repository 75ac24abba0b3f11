/**
 * Who the product is compared with: other people's programs with the settings of an expert, started
 * from files of their own on this machine.
 *
 * <p>Not here: the product, and traffic.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
