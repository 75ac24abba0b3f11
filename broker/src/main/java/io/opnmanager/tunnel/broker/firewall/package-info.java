/**
 * The firewalls that the broker knows: registry, enrolment, credentials, certificate pins.
 *
 * <p>Not here: requests for tunnels to them, and the SSH lines themselves.
 *
 * <pre>
 *  administrator --enrolment-token--&gt; Enrolment &lt;--enroll-- agent
 *                                        |
 *                                  firewall (row) --credential_changed_at--&gt; AgentCredentialView, of every node
 *                                        |                                        |
 *                              CredentialRevoked: live lines are cut    may this token come in?
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.broker.firewall;

import org.jspecify.annotations.NullMarked;
