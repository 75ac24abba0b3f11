/**
 * Who is calling: operators by password or token, agents by their token.
 *
 * <p>Not here: what a caller may do with a firewall or request; the rooms that own those say it.
 */
@NullMarked
package io.opnmanager.tunnel.broker.identity;

import org.jspecify.annotations.NullMarked;
