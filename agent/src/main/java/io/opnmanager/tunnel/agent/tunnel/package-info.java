/**
 * Tunnels: one for each request that the broker handed out, from the first dial to the last.
 *
 * <p>Not here: life-time limits, which are the broker's, and telling the broker, which is {@code
 * status}.
 *
 * <pre>
 *  handed out -&gt; dialling -&gt; up -&gt; (lost -&gt; still wanted? -&gt; dialling) -&gt; ended
 *                   |                                                   ^
 *                   +-- refused, or past the deadline: failed ----------+
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.agent.tunnel;

import org.jspecify.annotations.NullMarked;
