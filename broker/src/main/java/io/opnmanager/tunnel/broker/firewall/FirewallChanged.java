package io.opnmanager.tunnel.broker.firewall;

/**
 * A firewall was changed by an operator, and with its tags perhaps who may reach it. Fired after
 * the row was committed, in the thread that did it, on this node only.
 *
 * @param firewallId the firewall
 */
public record FirewallChanged(long firewallId) {}
