package io.opnmanager.tunnel.agent.transport;

/**
 * Where an SSH line goes.
 *
 * @param host the broker's node
 * @param port its SSH port
 */
public record Endpoint(String host, int port) {}
