package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.GatewayStream;
import io.opnmanager.tunnel.contract.operator.GatewayStreams;
import io.opnmanager.tunnel.contract.operator.StreamsApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who goes through this node's gateway, for whom it concerns. */
@RolesAllowed({"administrator", "operator", "viewer"})
@RunOnVirtualThread
class StreamsResource implements StreamsApi {

    private final Streams streams;
    private final LiveSessions sessions;
    private final CurrentCaller caller;

    StreamsResource(Streams streams, LiveSessions sessions, CurrentCaller caller) {
        this.streams = streams;
        this.sessions = sessions;
        this.caller = caller;
    }

    @Override
    public GatewayStreams list(@Nullable Long requestId, @Nullable Boolean live) {
        Caller.Operator who = caller.operator();
        List<GatewayStream> wanted =
                streams.all().stream()
                        .filter(one -> requestId == null || requestId.equals(one.requestId()))
                        .filter(one -> live == null || live == (one.endedAt() == null))
                        .toList();
        Set<Long> requests =
                wanted.stream()
                        .map(GatewayStream::requestId)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        Map<Long, String> owners = sessions.ownersWithin(who, requests);
        return new GatewayStreams(wanted.stream().filter(one -> maySee(who, one, owners)).toList());
    }

    /**
     * Whether it concerns an operator.
     *
     * @param owners of sessions within reach
     */
    static boolean maySee(Caller.Operator who, GatewayStream one, Map<Long, String> owners) {
        boolean own = who.name().equals(one.operator());
        return switch (one.destination()) {
            case REQUEST -> {
                String owner = owners.get(Objects.requireNonNull(one.requestId()));
                yield owner != null
                        && switch (who.role()) {
                            case ADMINISTRATOR, VIEWER -> true;
                            case OPERATOR -> own || owner.equals(who.name());
                        };
            }
            case SERVICE ->
                    own
                            || switch (who.role()) {
                                case ADMINISTRATOR, VIEWER -> who.reach().isEverything();
                                case OPERATOR -> false;
                            };
        };
    }
}
