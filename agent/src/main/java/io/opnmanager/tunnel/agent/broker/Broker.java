package io.opnmanager.tunnel.agent.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.opnmanager.tunnel.contract.agent.Heartbeat;
import io.opnmanager.tunnel.contract.agent.TunnelReport;
import io.opnmanager.tunnel.contract.call.AgentWords;
import io.opnmanager.tunnel.contract.call.AgentWords.Reading;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.opnmanager.tunnel.contract.call.Calls;
import io.opnmanager.tunnel.contract.call.Fields;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The broker, as an agent sees it. Every call blocks its (virtual) thread, for a bounded time. Safe
 * for use by many threads.
 */
public final class Broker implements AutoCloseable {

    /** A broker that asks for longer is waited for this long, so that no typo parks an agent. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    private static final int LONGEST_DETAIL = 300;

    private final Calls calls;

    private Broker(BrokerAddress address, @Nullable String agentToken) {
        this.calls = new Calls(address, agentToken);
    }

    /** For enrolling, which is the only call without a credential. */
    public static Broker beforeEnrolment(BrokerAddress address) {
        return new Broker(address, null);
    }

    /** For everything else. */
    public static Broker of(BrokerAddress address, String agentToken) {
        return new Broker(address, agentToken);
    }

    /** Trades the enrolment token for a credential. */
    public EnrolmentAnswer enroll(EnrolmentAsk ask) {
        return call("api/enroll", AgentWords.write(ask), AgentWords::enrolment);
    }

    /** Asks what to open and what to kill. */
    public CheckinAnswer checkin(Checkin checkin) {
        return call("api/agent_checkin", AgentWords.write(checkin), AgentWords::checkin);
    }

    /** Says what became of a tunnel. */
    public void report(TunnelReport report) {
        var _ = call("api/tunnel_status", AgentWords.write(report), AgentWords::success);
    }

    /**
     * Whether a request is still wanted. A request that the broker does not know, or that is not
     * ours, is not.
     */
    public boolean wants(long requestId) {
        try {
            return call(
                            "api/tunnel_heartbeat",
                            AgentWords.write(new Heartbeat(requestId, null)),
                            AgentWords::heartbeat)
                    .keepAlive();
        } catch (BrokerFailure.Refusal refusal) {
            if (refusal.status() == 404 || refusal.status() == 403) {
                return false;
            }
            throw refusal;
        }
    }

    @Override
    public void close() {
        calls.close();
    }

    private <T> T call(String operation, byte[] said, Reading<T> heard) {
        Calls.Answer answer;
        try {
            answer = calls.post(operation, said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerFailure.Away("interrupted");
        } catch (IOException e) {
            throw new BrokerFailure.Away(rootOf(e));
        }
        if (!answer.good()) {
            throw refusal(answer);
        }
        if (answer.body().length == 0) {
            throw new BrokerFailure.Away("wanted an answer, found an empty body");
        }
        try {
            return heard.of(Fields.read(answer.body()));
        } catch (JsonProcessingException unreadable) {
            // Without its message, which quotes the answer: that may hold the credential.
            throw new BrokerFailure.Away("the answer could not be read, status=" + answer.status());
        }
    }

    private static BrokerFailure refusal(Calls.Answer answer) {
        ProblemDocument problem = problemIn(answer);
        String code = problem == null || problem.code() == null ? "none" : problem.code();
        String detail =
                problem == null || problem.detail() == null
                        ? "no problem document"
                        : problem.detail();
        return new BrokerFailure.Refusal(
                answer.status(), printable(code), printable(detail), retryAfter(answer));
    }

    private static @Nullable ProblemDocument problemIn(Calls.Answer answer) {
        try {
            return AgentWords.problem(Fields.read(answer.body()));
        } catch (JsonProcessingException notOne) {
            return null;
        }
    }

    private static @Nullable Duration retryAfter(Calls.Answer answer) {
        String header = answer.retryAfter();
        if (header == null || !header.strip().matches("\\d{1,9}")) {
            // The date form (RFC 9110 §10.2.3) would need two clocks to agree; the backoff serves.
            return null;
        }
        Duration wait = Duration.ofSeconds(Long.parseLong(header.strip()));
        return wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER;
    }

    /** What comes from outside is one short line in our log, whatever it was. */
    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return root.getClass().getSimpleName() + (message == null ? "" : ": " + printable(message));
    }
}
