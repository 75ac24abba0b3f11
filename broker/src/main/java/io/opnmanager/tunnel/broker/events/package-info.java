/**
 * Streams of events to operators: how many there may be, who listens to what, and that a stream
 * ends when its listener's rights do.
 *
 * <p>Not here: what the events are and how they are found out; each room tells of its own things.
 */
@NullMarked
package io.opnmanager.tunnel.broker.events;

import org.jspecify.annotations.NullMarked;
