/**
 * The agent API: what agents on firewalls, and whoever holds a session, say to the broker.
 *
 * <p>Not here: anything an operator's tool needs to ask for a tunnel; that is {@code
 * contract.operator}.
 *
 * <pre>
 *  quickconnect-agent --quickconnect_check--&gt; broker: is there anything for me?
 *  agent --agent_checkin--------------------&gt; broker: what shall I open, what shall I kill?
 *  agent --tunnel_status--------------------&gt; broker: opened, lost, failed, killed
 *  holder --tunnel_heartbeat, tunnel_close--&gt; broker: still wanted, no longer wanted
 * </pre>
 */
@NullMarked
package io.opnmanager.tunnel.contract.agent;

import org.jspecify.annotations.NullMarked;
