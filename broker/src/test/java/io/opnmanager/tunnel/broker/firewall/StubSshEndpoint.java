package io.opnmanager.tunnel.broker.firewall;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Stands in for the SSH server where the application has none. */
@DefaultBean
@ApplicationScoped
class StubSshEndpoint implements SshEndpoint {

    @Override
    public String host() {
        return "broker.example";
    }

    @Override
    public int port() {
        return 2222;
    }

    @Override
    public List<String> hostKeys() {
        return List.of("ssh-ed25519 AAAA");
    }
}
