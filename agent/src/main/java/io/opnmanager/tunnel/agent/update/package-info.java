/**
 * The agent's part of its own update: what it tells the broker, and two words in its state folder.
 *
 * <p>Not here: fetching, checking and installing; that is root's {@code opnmanager-agent-update}.
 *
 * <pre>
 *   broker -- offer --> Updates -- update-wanted --> opnmanager-agent-update (root) -- dpkg
 *   broker &lt;- report -- Updates &lt;- update-outcome --/           ^
 *                          \------- checked-in -----------------/
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.agent.update;

import org.jspecify.annotations.NullMarked;
