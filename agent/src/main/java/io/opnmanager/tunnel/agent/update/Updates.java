package io.opnmanager.tunnel.agent.update;

import io.opnmanager.tunnel.agent.broker.StateFolder;
import io.opnmanager.tunnel.contract.UpdateState;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.OfferedUpdate;
import io.opnmanager.tunnel.contract.agent.UpdateReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Passes a version that the broker offers on to root's updater, and what came of it on to the
 * broker. The agent itself has no right to install anything, and gets none. Runs on the thread of
 * the check-ins.
 */
public final class Updates {
    private static final Logger log = Logger.getLogger(Updates.class);

    /** The only thing of an offer that is used. */
    static final Pattern VERSION =
            Pattern.compile(
                    "(?=.{5,40}$)\\d{1,6}\\.\\d{1,6}\\.\\d{1,6}(?:[-~][0-9A-Za-z][0-9A-Za-z.]*)?");

    /** So long an update waits for tunnels: the longest lifetime of a request. */
    private static final Duration PATIENCE = Duration.ofHours(8);

    /** Between two words for one version, when the first came to nothing. */
    private static final Duration AGAIN = Duration.ofMinutes(10);

    private final StateFolder folder;
    private final boolean enabled;
    private final String version;
    private boolean checkedIn;
    private @Nullable Long busySince;
    private String asked = "";
    private long askedAt;

    /**
     * Says and does nothing yet.
     *
     * @param enabled whether the owner of the firewall allows it
     * @param version of this program
     */
    public Updates(StateFolder folder, boolean enabled, String version) {
        this.folder = folder;
        this.enabled = enabled;
        this.version = version;
    }

    /** For the next check-in. */
    public UpdateReport report() {
        Optional<Outcome> outcome = Outcome.read(folder.updateOutcome());
        if (!asked.isEmpty()
                && Files.exists(folder.updateWanted())
                && outcome.filter(o -> o.version().equals(asked)).isEmpty()) {
            return new UpdateReport(
                    enabled, asked, UpdateState.TRYING, "waits for opnmanager-agent-update");
        }
        return outcome.map(o -> new UpdateReport(enabled, o.version(), o.state(), o.detail()))
                .orElseGet(() -> new UpdateReport(enabled, null, UpdateState.NONE, null));
    }

    /**
     * A check-in was completed.
     *
     * @param offered what the broker offers, if it does
     * @param idle whether no tunnel is held or about to be opened
     */
    public void completed(@Nullable OfferedUpdate offered, boolean idle) {
        try {
            if (!checkedIn) {
                write(folder.checkedIn(), version);
                checkedIn = true;
            }
            consider(offered, idle);
        } catch (UncheckedIOException e) {
            // Without its word nothing is updated; everything else goes on.
            log.warnf("update not told to root detail=%s", e.getMessage());
        }
    }

    private void consider(@Nullable OfferedUpdate offered, boolean idle) {
        if (!enabled || offered == null) {
            busySince = null;
            takeBack();
            return;
        }
        // A broker may leave it out: then it is no version either.
        String wanted = String.valueOf(offered.version());
        if (!VERSION.matcher(wanted).matches()) {
            log.warn("update passed over: wanted a version, found something else");
            takeBack();
            return;
        }
        boolean done =
                wanted.equals(version)
                        || Outcome.read(folder.updateOutcome())
                                .filter(o -> o.version().equals(wanted) && o.isFinal())
                                .isPresent();
        if (done || !mayEndTunnels(idle)) {
            takeBack();
            return;
        }
        boolean again = wanted.equals(asked) && System.nanoTime() - askedAt < AGAIN.toNanos();
        if (!again) {
            write(folder.updateWanted(), wanted);
            asked = wanted;
            askedAt = System.nanoTime();
            log.infof("update asked for version=%s", wanted);
        }
    }

    /** Nobody is cut off; a box that always holds one is updated after the longest of them. */
    private boolean mayEndTunnels(boolean idle) {
        if (idle) {
            busySince = null;
            return true;
        }
        if (busySince == null) {
            busySince = System.nanoTime();
        }
        return System.nanoTime() - busySince >= PATIENCE.toNanos();
    }

    private void takeBack() {
        try {
            if (Files.deleteIfExists(folder.updateWanted())) {
                // Asked for again as soon as it may be.
                asked = "";
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String word) {
        try {
            StateFolder.replace(file, (word + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be written: " + file, e);
        }
    }
}
