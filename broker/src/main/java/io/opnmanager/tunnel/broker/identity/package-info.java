/**
 * Who is calling: operators by password, token or the cookie of a sign-in, agents by their token.
 *
 * <p>Not here: what a caller may do with a firewall or request; the rooms that own those say it.
 */
@NullMarked
package io.opnmanager.tunnel.broker.identity;

import org.jspecify.annotations.NullMarked;
