package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person who may use the broker.
 *
 * @param name unique
 * @param role what the operator may do
 * @param tags only firewalls with at least one of these; empty is every firewall
 * @param secondFactor whether the password alone does not suffice
 * @param origin where the operator comes from
 * @param certificateNames names in TLS client certificates that are this operator
 * @param createdAt since when
 * @param lastSignInAt when the operator last signed in to the console; not calls with a token or
 *     basic authentication
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Operator(
        String name,
        Role role,
        List<String> tags,
        boolean secondFactor,
        OperatorOrigin origin,
        List<String> certificateNames,
        Instant createdAt,
        @Nullable Instant lastSignInAt) {}
