package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a release is let out.
 *
 * @param version of the release of the node that answers; absent when it has none that verifies
 * @param kinds what enrolment lines it can make
 * @param releaseProblem why there is none, when one is configured
 * @param percentage of all firewalls that are offered it
 * @param halted whether nobody is offered anything for now
 * @param haltReason why it halted itself; absent when an operator halted it
 * @param failures how many have failed since it was last set going
 * @param failuresThatHalt so many failures halt it
 * @param counts what became of this version on the enrolled firewalls within the caller's reach
 * @param changedBy who changed it last
 * @param changedAt when
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rollout(
        @Nullable String version,
        List<EnrolmentKind> kinds,
        @Nullable String releaseProblem,
        int percentage,
        boolean halted,
        @Nullable String haltReason,
        int failures,
        int failuresThatHalt,
        Counts counts,
        @Nullable String changedBy,
        Instant changedAt) {

    /**
     * Enrolled firewalls; each is counted once.
     *
     * @param offered told of the version, and nothing has been heard since
     * @param trying its agent runs the new version, which has not proved itself yet
     * @param confirmed the new version has reached the broker
     * @param wentBack the new version did not reach the broker, the old one runs
     * @param refused its agent found something wrong with it
     * @param waiting updates itself, and was not offered this version
     * @param off does not update itself, or its agent cannot
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Counts(
            int offered,
            int trying,
            int confirmed,
            int wentBack,
            int refused,
            int waiting,
            int off) {}
}
