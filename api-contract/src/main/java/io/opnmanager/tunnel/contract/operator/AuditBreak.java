package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The first place where the audit is not what was sealed.
 *
 * @param number of the seal
 * @param auditId the entry; absent when the seal itself is gone
 * @param what what is wrong there
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditBreak(long number, @Nullable Long auditId, What what) {

    /** What is wrong. */
    @Schema(
            enumeration = {"changed", "missing", "inserted"},
            description =
                    "changed: the entry, its seal or an earlier seal is not what it was. missing: the entry or the seal is gone."
                            + " inserted: an entry stands among the sealed ones that was not there when they were sealed.")
    public enum What {
        @JsonProperty("changed")
        CHANGED,
        @JsonProperty("missing")
        MISSING,
        @JsonProperty("inserted")
        INSERTED
    }
}
