/**
 * The quickconnect-agent: asks the broker "is there anything for me?" and tells the agent beside it
 * to check in when there is.
 *
 * <p>Not here: opening, watching or killing a tunnel; that is the agent's.
 *
 * <pre>
 *  broker &lt;--quickconnect_check, held-- Watch --"checkin"--&gt; agent's unix socket
 *                                         |
 *                                      Health (a file for whoever monitors the box)
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.quickconnect;

import org.jspecify.annotations.NullMarked;
