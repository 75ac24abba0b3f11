package io.opnmanager.tunnel.broker.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where this node keeps what belongs to it alone. */
@ConfigMapping(prefix = "opnmanager")
interface StateFolder {

    /**
     * Folder for the first administrator's password and the key of second factors; made with mode
     * 0700 when it is not there. Must survive a restart and belong to this node alone.
     */
    @WithDefault("/var/lib/opnmanager-tunnel")
    Path stateFolder();
}
