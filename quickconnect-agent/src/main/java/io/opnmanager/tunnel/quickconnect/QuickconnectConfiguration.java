package io.opnmanager.tunnel.quickconnect;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/**
 * Every key of the quickconnect-agent. Each may stand in the file given with {@code --config}, in
 * the environment ({@code QUICKCONNECT_STATE_FOLDER}) or as a system property ({@code
 * -Dquickconnect.state-folder}); the later wins. A key that is not here stops the start.
 */
@ConfigMapping(prefix = "quickconnect")
public interface QuickconnectConfiguration {

    /** The agent's state folder; its {@code credential.json} is read. */
    @WithDefault("/var/lib/opnmanager-agent")
    String stateFolder();

    /** The agent's unix socket. Default: {@code agent.sock} in the state folder. */
    Optional<String> socket();

    /**
     * File that says how this program is: JSON with {@code state} (ok, broker_away,
     * credential_refused, agent_away), {@code since} and {@code detail}, replaced when the state
     * changes. Default: {@code quickconnect.health} in the state folder.
     */
    Optional<String> healthFile();

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

    /** Lines go to the standard error, where a service manager keeps them. */
    interface Log {

        /** ERROR, WARN, INFO, DEBUG or TRACE. Default INFO. */
        @WithDefault("INFO")
        String level();
    }
}
