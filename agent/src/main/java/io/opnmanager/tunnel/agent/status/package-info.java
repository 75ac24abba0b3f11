/**
 * Tells the broker what became of tunnels, newest word last, until it was heard or is out of date.
 *
 * <p>Not here: deciding what became of a tunnel; that is {@code tunnel}.
 */
@NullMarked
package io.opnmanager.tunnel.agent.status;

import org.jspecify.annotations.NullMarked;
