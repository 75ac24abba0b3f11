/**
 * When to ask the broker: by the clock, when triggered through the local socket, after a change.
 *
 * <p>Not here: carrying out the answer; that is {@code tunnel}.
 */
@NullMarked
package io.opnmanager.tunnel.agent.poll;

import org.jspecify.annotations.NullMarked;
