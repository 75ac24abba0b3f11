package io.opnmanager.tunnel.agent;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/**
 * Every key of the agent. Each may stand in the file given with {@code --config}, in the
 * environment ({@code AGENT_STATE_FOLDER}) or as a system property ({@code -Dagent.state-folder});
 * the later wins. A key that is not here stops the start.
 */
@ConfigMapping(prefix = "agent")
public interface AgentConfiguration {

    /**
     * Folder of the identity: key, credential, lock, socket. Persistent and the agent's alone (made
     * 0700).
     */
    @WithDefault("/var/lib/opnmanager-agent")
    String stateFolder();

    /**
     * Path of the unix socket of the trigger, at most 100 bytes. Default: {@code agent.sock} in the
     * state folder.
     */
    Optional<String> socket();

    /**
     * What the broker may ask for: {@code host:port}, IPv6 in brackets. {@code localhost}, {@code
     * 127.0.0.1} and {@code ::1} all mean this box. Everything else is refused, so that even a
     * broker that was taken over reaches nothing more. Default: the firewall's own page.
     */
    @WithDefault("127.0.0.1:443")
    List<String> targets();

    /**
     * Where the firewall's own page is, seen from here: scheme, host and port. Told to the broker;
     * must also be allowed by {@code agent.targets}.
     */
    @WithDefault("https://localhost:443")
    String webTarget();

    /**
     * Whether the broker may have the agent updated: the agent then asks root's {@code
     * opnmanager-agent-update}, which has to be switched on too, for signed and newer packages.
     * Default false.
     */
    @WithDefault("false")
    boolean update();

    /** The broker, where it shall differ from the enrolment. */
    BrokerOverrides broker();

    /** The log. */
    Log log();

    /** Each key replaces one value of the enrolment. */
    interface BrokerOverrides {

        /**
         * {@code https://host[:port]}; {@code http} for loopback only. Default: as at enrolment.
         */
        Optional<String> url();

        /**
         * PEM file with the authorities to trust instead of the system's. Default: as at enrolment.
         */
        Optional<String> caFile();

        /**
         * {@code sha256/<base64>} of the one public key to trust, whatever its certificate says;
         * not together with a CA file. Default: as at enrolment.
         */
        Optional<String> pinnedKey();
    }

    /**
     * Lines go to the standard error, where a service manager keeps them, and to a file if asked.
     */
    interface Log {

        /** ERROR, WARN, INFO, DEBUG or TRACE. Default INFO. */
        @WithDefault("INFO")
        String level();

        /** Whether to write a file too. Default false. */
        @WithDefault("false")
        boolean enabled();

        /** The file. */
        @WithDefault("/var/log/opnmanager-agent/agent.log")
        String file();

        /** Size at which the file is rotated, in bytes or with K, M, G. Default 10M. */
        @WithDefault("10M")
        String maxSize();

        /** Rotated files that are kept, 0 to 100. Default 5. */
        @WithDefault("5")
        int keep();
    }
}
