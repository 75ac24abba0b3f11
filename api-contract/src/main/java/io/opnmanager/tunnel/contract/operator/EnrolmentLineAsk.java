package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;

/**
 * Asks for an enrolment line.
 *
 * @param kind what it shall put onto the machine
 */
@JsonNaming(SnakeCaseStrategy.class)
public record EnrolmentLineAsk(@NotNull EnrolmentKind kind) {}
