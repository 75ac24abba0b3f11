package io.opnmanager.tunnel.agent.broker;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.opnmanager.tunnel.contract.agent.Heartbeat;
import io.opnmanager.tunnel.contract.agent.HeartbeatAnswer;
import io.opnmanager.tunnel.contract.agent.Success;
import io.opnmanager.tunnel.contract.agent.TunnelReport;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

/**
 * Reads answers of a newer broker: unknown fields are passed over, and a reason that this version
 * has no word for is no reason to miss the kill. Names the records of the wire for the native
 * executable.
 */
@Singleton
@RegisterForReflection(
        targets = {
            ProblemDocument.class,
            Checkin.class,
            Checkin.HeldTunnel.class,
            CheckinAnswer.class,
            CheckinAnswer.Kill.class,
            CheckinAnswer.PendingRequest.class,
            EnrolmentAnswer.class,
            EnrolmentAsk.class,
            Heartbeat.class,
            HeartbeatAnswer.class,
            Success.class,
            TunnelReport.class
        })
final class UnknownWords implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper mapper) {
        mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL);
    }
}
