/**
 * What an operator does: sign in, find a firewall, hold a session, forward local ports to it, look
 * for what is in the way.
 *
 * <p>Not here: options, words on a screen and exit codes.
 *
 * <pre>
 *   local program --TCP--&gt; Forward --&gt; Upstream: Session or Service --&gt; remote.Gateway --TLS--&gt; broker
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.tunnelctl.operations;

import org.jspecify.annotations.NullMarked;
