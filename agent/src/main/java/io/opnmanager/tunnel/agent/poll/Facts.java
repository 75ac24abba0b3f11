package io.opnmanager.tunnel.agent.poll;

import java.time.Duration;

/**
 * What an agent says of itself with every check-in, and how often it does.
 *
 * @param firewallId the firewall
 * @param agentVersion version of this program
 * @param hostname what the box calls itself
 * @param platform operating system and architecture
 * @param webTarget where the firewall's own page is
 * @param interval between check-ins, until the broker says another one
 */
public record Facts(
        long firewallId,
        String agentVersion,
        String hostname,
        String platform,
        String webTarget,
        Duration interval) {}
