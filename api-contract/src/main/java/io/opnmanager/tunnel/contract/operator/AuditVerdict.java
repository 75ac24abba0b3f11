package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * Whether the audit is what it was when it was sealed.
 *
 * @param intact whether everything sealed is there and unchanged
 * @param sealed the number of the last seal, which is how many entries are sealed
 * @param unsealed entries that are too young to be sealed
 * @param head the last seal: 64 hexadecimal digits. Note it with its number elsewhere, and no one
 *     can cut the end off unseen
 * @param firstBroken the first place that is not intact
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditVerdict(
        boolean intact,
        long sealed,
        long unsealed,
        String head,
        @Nullable AuditBreak firstBroken) {}
