package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One connection through the gateway.
 *
 * @param id its number, unique on its node until that starts again
 * @param node the node whose gateway it goes through
 * @param destination what it leads to
 * @param requestId the request whose session it leads to
 * @param service the server name of the service that it leads to
 * @param client subject of the client's certificate
 * @param operator whose certificate that is, where it is an operator's
 * @param address where the client connects from
 * @param startedAt when it was let through
 * @param endedAt when it ended
 * @param end why it ended
 * @param bytesIn bytes from the client
 * @param bytesOut bytes to the client
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GatewayStream(
        long id,
        String node,
        StreamDestination destination,
        @Nullable Long requestId,
        @Nullable String service,
        String client,
        @Nullable String operator,
        String address,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable StreamEnd end,
        long bytesIn,
        long bytesOut) {}
