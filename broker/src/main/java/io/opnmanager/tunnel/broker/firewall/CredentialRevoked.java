package io.opnmanager.tunnel.broker.firewall;

/**
 * The credential of a firewall was revoked, rotated or replaced by a new enrolment: what lives by
 * the old one has to be cut. Fired after the row was committed, in the thread that did it; on the
 * other nodes within about a second.
 *
 * @param firewallId the firewall
 */
public record CredentialRevoked(long firewallId) {}
