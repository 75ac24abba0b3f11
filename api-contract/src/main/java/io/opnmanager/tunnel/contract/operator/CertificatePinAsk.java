package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/**
 * Accepts a certificate.
 *
 * @param target scheme, host and port
 * @param sha256 its fingerprint: 64 hexadecimal digits, colons allowed
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CertificatePinAsk(
        @NotBlank @Size(max = 255) String target,
        @NotBlank @Pattern(regexp = "([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}") String sha256) {}
