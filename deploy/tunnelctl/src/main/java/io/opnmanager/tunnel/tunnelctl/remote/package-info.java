/**
 * Connections through the gateway: TLS with a certificate of one's own, and bytes both ways.
 *
 * <p>Not here: which session or service they lead to, and what the broker is asked for.
 */
@NullMarked
package io.opnmanager.tunnel.tunnelctl.remote;

import org.jspecify.annotations.NullMarked;
