package io.opnmanager.tunnel.agent.poll;

/**
 * What an agent says of itself with every check-in.
 *
 * @param firewallId the firewall
 * @param agentVersion version of this program
 * @param hostname what the box calls itself
 * @param platform operating system and architecture
 * @param webTarget where the firewall's own page is
 */
public record Facts(
        long firewallId, String agentVersion, String hostname, String platform, String webTarget) {}
