package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;

/**
 * A certificate for the gateway.
 *
 * @param certificate in PEM
 * @param authority whoever signed it, in PEM
 * @param expiresAt when it ends, unless it is revoked or what it was made with ends before
 */
@JsonNaming(SnakeCaseStrategy.class)
public record OperatorCertificate(String certificate, String authority, Instant expiresAt) {}
