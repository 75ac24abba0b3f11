package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** Which part of a list is wanted. */
public record PageQuery(
        @QueryParam("page")
                @DefaultValue("0")
                @Min(0)
                @Max(1_000_000)
                @Parameter(description = "From 0.")
                int page,
        @QueryParam("size")
                @DefaultValue("50")
                @Min(1)
                @Max(500)
                @Parameter(description = "1 to 500.")
                int size) {}
