/**
 * Append-only record of who did what, on which, from where and with what result.
 *
 * <p>Not here: logs and metrics; those stay with each room.
 */
@NullMarked
package io.opnmanager.tunnel.broker.audit;

import org.jspecify.annotations.NullMarked;
