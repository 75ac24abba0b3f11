package io.opnmanager.tunnel.agent.update;

import io.opnmanager.tunnel.contract.UpdateState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * What came of a version, as {@code opnmanager-agent-update} wrote it: {@code state version detail}
 * on one line.
 *
 * @param state how far it is
 * @param version the version
 * @param detail why, or empty
 */
record Outcome(UpdateState state, String version, String detail) {
    private static final Logger log = Logger.getLogger(Outcome.class);

    private static final int LONGEST_DETAIL = 200;
    private static final int LARGEST = 512;
    private static final Pattern LINE =
            Pattern.compile(
                    "(trying|confirmed|went_back|refused) (\\S{1,40})(?: ([ -~]*))?\\R?.*",
                    Pattern.DOTALL);

    /** Whether this version is not to be tried (again). */
    boolean isFinal() {
        return switch (state) {
            case CONFIRMED, WENT_BACK, REFUSED -> true;
            case NONE, TRYING -> false;
        };
    }

    /** The last one, empty when there is none that can be read. */
    static Optional<Outcome> read(Path file) {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            Matcher line =
                    LINE.matcher(new String(in.readNBytes(LARGEST), StandardCharsets.US_ASCII));
            if (!line.matches() || !Updates.VERSION.matcher(line.group(2)).matches()) {
                log.warnf("wanted an outcome, found something else file=%s", file);
                return Optional.empty();
            }
            String detail = line.group(3) == null ? "" : line.group(3).strip();
            return Optional.of(
                    new Outcome(
                            UpdateState.valueOf(line.group(1).toUpperCase(Locale.ROOT)),
                            line.group(2),
                            detail.substring(0, Math.min(detail.length(), LONGEST_DETAIL))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            log.warnf("outcome cannot be read file=%s detail=%s", file, e.getMessage());
            return Optional.empty();
        }
    }
}
