package io.opnmanager.tunnel.quickconnect;

import io.opnmanager.tunnel.contract.call.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How we are, as a small JSON file for whoever monitors the box: {@code state}, {@code since},
 * {@code detail}. Written when the state changes and at no other time; used by one thread.
 */
final class Health {
    private static final Logger log = Logger.getLogger(Health.class);

    /** The words of {@code state}. */
    enum State {
        OK("ok"),
        BROKER_AWAY("broker_away"),
        CREDENTIAL_REFUSED("credential_refused"),
        AGENT_AWAY("agent_away");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private final Path file;
    private @Nullable State last;

    Health(Path file) {
        this.file = file;
    }

    /** Says the state to the log and the file, once. */
    void become(State state, String detail) {
        if (state == last) {
            return;
        }
        switch (state) {
            case OK -> log.infof("working detail=%s", detail);
            case BROKER_AWAY -> log.warnf("broker cannot be used detail=%s", detail);
            case CREDENTIAL_REFUSED ->
                    log.errorf(
                            "the broker refuses this firewall's credential: it was revoked or"
                                    + " replaced, enrol again detail=%s",
                            detail);
            case AGENT_AWAY -> log.errorf("the agent cannot be triggered detail=%s", detail);
        }
        last = state;
        write(state, detail);
    }

    private void write(State state, String detail) {
        byte[] content =
                Fields.write(json -> {
                    json.writeStringField("state", state.word());
                    json.writeStringField(
                            "since", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
                    json.writeStringField("detail", detail);
                });
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(next, content);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Monitoring must not stop what it monitors.
            log.warnf("health file cannot be written file=%s detail=%s", file, e.getMessage());
        }
    }
}
