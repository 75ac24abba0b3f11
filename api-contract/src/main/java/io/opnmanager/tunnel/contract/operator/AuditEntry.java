package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One act.
 *
 * @param id ascending
 * @param at when
 * @param actor who: {@code operator:name}, {@code firewall:21}, {@code node:name}
 * @param action what, for example {@code request.open}
 * @param subject on which, for example {@code request:17}
 * @param address from where, when it came over the network
 * @param result {@code done} or the code of the refusal
 * @param detail for a person
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        String action,
        @Nullable String subject,
        @Nullable String address,
        String result,
        @Nullable String detail) {}
