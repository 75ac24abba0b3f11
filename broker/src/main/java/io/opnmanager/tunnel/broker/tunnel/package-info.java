/**
 * The live SSH lines of this node: the server that agents dial, what they are permitted, the
 * listener of each request, the bytes through it, and the comparison with the rows every second.
 *
 * <p>Not here: when a request ends; this room says what it sees and does what the row says.
 *
 * <pre>
 *   agent ==SSH==&gt; Entrance --authenticated--&gt; Line --tcpip-forward, ForwardPolicy--&gt; Tunnel
 *                                                                                       | 127.0.0.1:8xxx
 *   local program --TCP--&gt; Splice -------.         |
 *                                          Connection --ForwardedChannel ==SSH==&gt; agent --TCP--&gt; firewall's page
 *   OwnConnections --------&gt; TunnelChannel '
 * </pre>
 *
 * <p>Everything that must end is owned by its {@link io.opnmanager.tunnel.broker.tunnel.Tunnel}:
 * closing it closes the listener, every connection and the SSH session.
 */
@NullMarked
package io.opnmanager.tunnel.broker.tunnel;

import org.jspecify.annotations.NullMarked;
