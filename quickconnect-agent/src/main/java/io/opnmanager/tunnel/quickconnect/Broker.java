package io.opnmanager.tunnel.quickconnect;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheck;
import io.opnmanager.tunnel.contract.call.AgentWords;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.opnmanager.tunnel.contract.call.Calls;
import io.opnmanager.tunnel.contract.call.Fields;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The one question to the broker. Blocks its thread; never throws for what the broker does. */
final class Broker implements AutoCloseable {

    /** A broker that asks for longer is waited for this long, so that no typo parks us. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    private static final int LONGEST_DETAIL = 300;

    private final Calls calls;
    private final long firewallId;

    Broker(BrokerAddress address, Credential credential) {
        this.firewallId = credential.firewallId();
        this.calls = new Calls(address, credential.agentToken());
    }

    /** Asks; the broker may hold its answer for as many seconds, 0 to 15. */
    Answer check(int waitSeconds) {
        QuickconnectCheck check =
                new QuickconnectCheck(firewallId, waitSeconds == 0 ? null : waitSeconds);
        try {
            Calls.Answer answer = calls.post("api/quickconnect_check", AgentWords.write(check));
            if (!answer.good()) {
                return refusal(answer);
            }
            return answer.body().length == 0
                    ? new Answer.Away("wanted an answer, found an empty body", null)
                    : new Answer.Told(
                            AgentWords.quickconnect(Fields.read(answer.body())).hasRequests());
        } catch (JsonProcessingException unreadable) {
            return new Answer.Away("the answer could not be read", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Away("interrupted", null);
        } catch (IOException e) {
            // Not reached, not trusted or too slow: each comes wrapped in its own way.
            return new Answer.Away(rootOf(e), null);
        }
    }

    private static Answer refusal(Calls.Answer answer) {
        String detail = "status=" + answer.status() + problemIn(answer);
        if (answer.status() == 401 || answer.status() == 403) {
            return new Answer.Refused(detail);
        }
        return new Answer.Away(detail, retryAfter(answer));
    }

    private static String problemIn(Calls.Answer answer) {
        try {
            ProblemDocument problem = AgentWords.problem(Fields.read(answer.body()));
            return printable(" code=" + problem.code() + " detail=" + problem.detail());
        } catch (JsonProcessingException notOne) {
            return "";
        }
    }

    private static @Nullable Duration retryAfter(Calls.Answer answer) {
        String header = answer.retryAfter();
        if (header == null || !header.strip().matches("\\d{1,9}")) {
            return null;
        }
        Duration wait = Duration.ofSeconds(Long.parseLong(header.strip()));
        return wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER;
    }

    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        return printable(root.getClass().getSimpleName() + ": " + root.getMessage());
    }

    @Override
    public void close() {
        calls.close();
    }
}
