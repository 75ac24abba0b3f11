/**
 * The SSH line: one connection that carries one reverse forward.
 *
 * <p>Not here: whether a tunnel is wanted, and when to dial again.
 */
@NullMarked
package io.opnmanager.tunnel.agent.transport;

import org.jspecify.annotations.NullMarked;
