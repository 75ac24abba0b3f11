package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.contract.operator.GatewayStream;
import io.opnmanager.tunnel.contract.operator.StreamDestination;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A connection that goes through the gateway: whose it is, and what leads where. */
record LiveStream(long id, Instant startedAt, Destination destination, Guest guest, Stream stream) {

    /**
     * As operators see it.
     *
     * @param endedAt null while it goes on
     */
    GatewayStream view(String node, @Nullable Instant endedAt) {
        return new GatewayStream(
                id,
                node,
                switch (destination) {
                    case Destination.Session _ -> StreamDestination.REQUEST;
                    case Destination.Service _ -> StreamDestination.SERVICE;
                },
                switch (destination) {
                    case Destination.Session of -> of.session().request();
                    case Destination.Service _ -> null;
                },
                switch (destination) {
                    case Destination.Session _ -> null;
                    case Destination.Service of -> of.name();
                },
                guest.subject(),
                guest.operator() == null ? null : guest.operator().name(),
                guest.address(),
                startedAt,
                endedAt,
                endedAt == null ? null : stream.end(),
                stream.bytesIn(),
                stream.bytesOut());
    }
}
