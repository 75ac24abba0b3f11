package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.constraints.Size;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Which entries of the audit are wanted; what is absent is not looked at. */
public record AuditQuery(
        @QueryParam("actor") @Nullable @Size(max = 110) String actor,
        @QueryParam("action") @Nullable @Size(max = 64) String action,
        @QueryParam("subject") @Nullable @Size(max = 110) String subject,
        @QueryParam("result")
                @Nullable
                @Size(max = 64)
                @Parameter(description = "done, or the code of a refusal.")
                String result,
        @QueryParam("from")
                @Nullable
                @Parameter(description = "Not before this time: UTC ISO-8601.")
                Instant from,
        @QueryParam("until") @Nullable @Parameter(description = "Before this time: UTC ISO-8601.")
                Instant until,
        @QueryParam("text")
                @Nullable
                @Size(max = 100)
                @Parameter(description = "Part of the actor, subject, address or detail.")
                String text) {}
