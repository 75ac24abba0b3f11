package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the broker wants of a request and grants to it. Times are seconds.
 *
 * @param establish not active after this time, it ends as timeout
 * @param lifetime how long it may be active when it asks for no lifetime of its own
 * @param lifetimeMaximum the longest lifetime that it may ask for
 * @param idle it ends after this time without a byte
 * @param windowGone held by a browser window once, it ends after this time without a sign of any
 * @param heartbeat say at least this often that it is wanted
 * @param heartbeatMissed it ends after this time without anyone saying so
 * @param byteLimit bytes in both directions together when it names none; absent is unlimited
 * @param connections connections at once
 * @param reasonRequired whether a reason has to be given
 * @param approvalTags a firewall with one of these tags needs the approval of a second operator
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "What the broker wants of a request and grants to it. Times are seconds.")
public record RequestTerms(
        long establish,
        long lifetime,
        long lifetimeMaximum,
        long idle,
        long windowGone,
        long heartbeat,
        long heartbeatMissed,
        @Nullable Long byteLimit,
        int connections,
        boolean reasonRequired,
        List<String> approvalTags) {}
