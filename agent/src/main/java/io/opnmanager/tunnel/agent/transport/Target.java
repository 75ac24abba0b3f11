package io.opnmanager.tunnel.agent.transport;

/**
 * What is dialled on the firewall's side.
 *
 * @param host name or address, IPv6 without brackets
 * @param port its port
 */
public record Target(String host, int port) {
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
