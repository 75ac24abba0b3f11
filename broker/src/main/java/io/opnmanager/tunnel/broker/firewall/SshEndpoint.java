package io.opnmanager.tunnel.broker.firewall;

import java.util.List;

/** Where agents open their tunnels to; told to each at its enrolment. */
public interface SshEndpoint {

    /** Name or address as agents reach it. */
    String host();

    /** Its port. */
    int port();

    /** The host keys to pin, one line each as in {@code known_hosts} without the host. */
    List<String> hostKeys();
}
