package io.opnmanager.tunnel.broker.access.browser;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The profiles of all kinds of firewalls. A broken one stops the start. */
@Singleton
class Profiles {

    /** For a kind that nobody wrote a profile for. */
    static final String GENERIC = "generic";

    private static final Logger LOG = Logger.getLogger(Profiles.class);
    private static final Map<String, Profile> BY_KIND =
            List.of("opnsense", "pfsense", GENERIC).stream()
                    .map(Profile::read)
                    .collect(Collectors.toUnmodifiableMap(Profile::kind, Function.identity()));

    void atStart(@Observes StartupEvent start) {
        LOG.debugf("profiles of firewalls were read kinds=%s", BY_KIND.keySet());
    }

    /** The profile of a kind of firewall. */
    static Profile of(String kind) {
        Profile own = BY_KIND.get(kind);
        return own == null ? Objects.requireNonNull(BY_KIND.get(GENERIC)) : own;
    }
}
