package io.opnmanager.tunnel.acceptance;

import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.QuickconnectAgent;
import io.opnmanager.tunnel.demo.TunnelAgent;

/**
 * A firewall with our agents.
 *
 * @param id its number at the broker
 * @param page its own page
 * @param agent its agent, enrolled and started
 * @param quickconnect its quickconnect-agent, started
 */
record FirewallSide(
        long id, FirewallPage page, TunnelAgent agent, QuickconnectAgent quickconnect) {}
