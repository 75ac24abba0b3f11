/**
 * The client of the broker's operator API, what it trusts, and the credential that it calls with.
 *
 * <p>Not here: what to do with an answer, and the gateway.
 */
@NullMarked
package io.opnmanager.tunnel.tunnelctl.broker;

import org.jspecify.annotations.NullMarked;
