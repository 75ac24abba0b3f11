package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the broker remembers of the certificate behind one target.
 *
 * @param target scheme, host and port
 * @param sha256 fingerprint that is trusted: 64 hexadecimal digits
 * @param pinnedAt since when
 * @param pinnedBy the operator who accepted it; absent when it was the first one seen
 * @param offeredSha256 a different fingerprint that was shown since; a session ends with {@code
 *     certificate_changed} until it is accepted
 * @param offeredAt when it was first shown
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CertificatePin(
        String target,
        String sha256,
        Instant pinnedAt,
        @Nullable String pinnedBy,
        @Nullable String offeredSha256,
        @Nullable Instant offeredAt) {}
