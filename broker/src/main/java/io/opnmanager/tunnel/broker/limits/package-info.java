/**
 * How often and how many at once: token buckets and quotas, in memory, bounded; which new
 * connections to the HTTP ports go on, and until when they have to say what they want.
 *
 * <p>Not here: what is limited and what is answered; the rooms that own those say it.
 */
@NullMarked
package io.opnmanager.tunnel.broker.limits;

import org.jspecify.annotations.NullMarked;
