package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The release that this node serves. Looked at every 5 s and read again only when a file of it
 * looks different: no request ever makes the broker read it. Whoever asks gets what was last
 * verified, or nothing.
 */
@ApplicationScoped
class ReleaseFolder {

    private static final Logger LOG = Logger.getLogger(ReleaseFolder.class);

    private final ReleaseSettings settings;

    /** Written by the look, which goes on in one thread at a time. */
    private volatile State state = new Nothing();

    private String mark = "";

    ReleaseFolder(ReleaseSettings settings) {
        this.settings = settings;
    }

    /** What there is. */
    sealed interface State {}

    /** No folder is configured, or it has not been looked at yet. */
    record Nothing() implements State {}

    /** One that verified. */
    record Verified(Path folder, Release release) implements State {}

    /**
     * One that did not, and is not served.
     *
     * @param because names files, and no path
     */
    record Refused(String because) implements State {}

    State state() {
        return state;
    }

    /** The release; null when there is none that verified. */
    @Nullable Release release() {
        return switch (state) {
            case Verified verified -> verified.release();
            case Nothing _, Refused _ -> null;
        };
    }

    /**
     * The release.
     *
     * @throws Problem {@code no_release}, which says why
     */
    Release required() {
        return switch (state) {
            case Verified verified -> verified.release();
            case Nothing _ ->
                    throw new Problem(
                            ProblemCode.NO_RELEASE,
                            "wanted a release, found none: opnmanager.release.folder is not set");
            case Refused refused ->
                    throw new Problem(
                            ProblemCode.NO_RELEASE,
                            "wanted a release that verifies, found " + refused.because());
        };
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    synchronized void look() {
        if (settings.folder().isEmpty()) {
            return;
        }
        Path folder = settings.folder().get();
        List<String> names = new ArrayList<>(List.of(Release.KEY, Release.LIST, Release.SIGNATURE));
        names.addAll(ReleaseCheck.namesIn(folder));
        String now = ReleaseCheck.mark(folder, names);
        if (!now.equals(mark)) {
            mark = now;
            become(read(folder));
        }
    }

    private State read(Path folder) {
        try {
            if (settings.keySha256().isEmpty()) {
                throw new ReleaseRefused("opnmanager.release.key-sha256: has to be set");
            }
            return new Verified(folder, ReleaseCheck.read(folder, settings.keySha256().get()));
        } catch (ReleaseRefused e) {
            return new Refused(e.because());
        }
    }

    private void become(State next) {
        state = next;
        switch (next) {
            case Nothing _ -> {}
            case Verified verified ->
                    LOG.infof(
                            "release verified: version=%s files=%d",
                            verified.release().version().text(), verified.release().files().size());
            case Refused refused -> LOG.warnf("release not served: because=%s", refused.because());
        }
    }
}
