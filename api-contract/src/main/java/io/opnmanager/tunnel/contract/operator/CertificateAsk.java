package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Asks for a certificate for a key that the operator's own machine made and keeps.
 *
 * @param certificateRequest PKCS #10 in PEM, signed with that key: Ed25519, ECDSA from 256 bits or
 *     RSA from 3072 bits. What else stands in it is not looked at
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CertificateAsk(
        @NotBlank @Size(max = 16_384) @Schema(description = "PKCS #10 in PEM.")
                String certificateRequest) {}
