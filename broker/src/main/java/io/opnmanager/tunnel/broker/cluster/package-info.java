/**
 * This node and the others that share its database: who is there, since when, and where agents
 * reach its SSH entrance.
 *
 * <p>Not here: what a node holds; tunnels are the business of {@code tunnel}, rows of {@code
 * request}.
 */
@NullMarked
package io.opnmanager.tunnel.broker.cluster;

import org.jspecify.annotations.NullMarked;
