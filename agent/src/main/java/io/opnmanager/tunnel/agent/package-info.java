/**
 * The agent: a command that enrols a firewall and a process that opens reverse tunnels when the
 * broker says so, reports, and closes them when told.
 *
 * <p>Not here: any decision about how long a tunnel lives; that is the broker's.
 *
 * <pre>
 *   (this package: commands, configuration, wiring)
 *      poll      status        when to ask; what to tell
 *      |  \      /
 *   update tunnel              a newer version; one tunnel a request
 *            |
 *         transport            the SSH line
 *            |
 *          broker              the HTTP client, the credential
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.agent;

import org.jspecify.annotations.NullMarked;
