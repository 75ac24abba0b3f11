package io.opnmanager.tunnel.broker.cluster;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** Keys of this node among the others. */
@ConfigMapping(prefix = "opnmanager.node")
public interface ClusterSettings {

    /**
     * Name of this node: unique among the nodes of one database and the same after every restart,
     * because ports and requests belong to it. 1 to 100 characters. Default: the machine's host
     * name.
     */
    Optional<String> name();

    /** How often the node says that it is there. From 1 s; shorter than {@link #lostAfter}. */
    @WithDefault("5s")
    @DurationMin(seconds = 1)
    Duration sign();

    /**
     * After this time without a sign a node counts as gone, and another one ends its requests. From
     * 10 s, so that a restart of the database does not look like the loss of a node.
     */
    @WithDefault("30s")
    @DurationMin(seconds = 10)
    Duration lostAfter();
}
