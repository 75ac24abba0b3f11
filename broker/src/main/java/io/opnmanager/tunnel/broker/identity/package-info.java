/**
 * Who is calling: agents by their token; operators by password and second factor, token, TLS client
 * certificate, OpenID Connect, or the cookie of the sign-in that one of these began.
 *
 * <p>Not here: what a caller may do with a firewall or request; the rooms that own those say it.
 */
@NullMarked
package io.opnmanager.tunnel.broker.identity;

import org.jspecify.annotations.NullMarked;
