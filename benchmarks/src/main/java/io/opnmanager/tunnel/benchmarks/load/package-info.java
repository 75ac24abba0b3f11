/**
 * What makes traffic and counts it: a target that does what the first byte of a connection says,
 * bulk streams, new connections, and requests on schedule.
 *
 * <p>Not here: what the traffic goes through; all of it knows a port only.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.load;

import org.jspecify.annotations.NullMarked;
