/**
 * Agents by the thousand in this process: enrolled firewalls that speak the protocol over real
 * connections, with few threads and little memory for each.
 *
 * <p>Not here: the agents that are measured themselves; those are processes of {@code site}.
 */
@NullMarked
package io.opnmanager.tunnel.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
