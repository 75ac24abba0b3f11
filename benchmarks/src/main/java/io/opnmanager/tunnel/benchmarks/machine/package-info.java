/**
 * This machine and the processes on it: facts that figures depend on, processor time, memory,
 * threads and descriptors as the kernel counts them.
 *
 * <p>Not here: anything that is started.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
