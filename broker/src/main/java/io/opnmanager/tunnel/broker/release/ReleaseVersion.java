package io.opnmanager.tunnel.broker.release;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version that can be compared: three numbers, and a word for one that comes before the version
 * without it, such as {@code 0.2.0-rc.1} or {@code 0.2.0~snapshot}.
 *
 * @param text as it was written
 */
record ReleaseVersion(String text, int major, int minor, int patch, String before)
        implements Comparable<ReleaseVersion> {

    private static final Pattern FORM =
            Pattern.compile(
                    "(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(?:[-~]([0-9A-Za-z][0-9A-Za-z.]{0,30}))?");

    private static final Comparator<ReleaseVersion> ORDER =
            Comparator.comparingInt(ReleaseVersion::major)
                    .thenComparingInt(ReleaseVersion::minor)
                    .thenComparingInt(ReleaseVersion::patch)
                    .thenComparing(version -> version.before().isEmpty())
                    .thenComparing(ReleaseVersion::before);

    /** The version that a text is; null when it is none. */
    static @Nullable ReleaseVersion of(@Nullable String text) {
        Matcher form = FORM.matcher(text == null ? "" : text);
        return form.matches()
                ? new ReleaseVersion(
                        form.group(),
                        Integer.parseInt(form.group(1)),
                        Integer.parseInt(form.group(2)),
                        Integer.parseInt(form.group(3)),
                        form.group(4) == null ? "" : form.group(4))
                : null;
    }

    /** By number; words before a version are compared as text. */
    @Override
    public int compareTo(ReleaseVersion other) {
        return ORDER.compare(this, other);
    }
}
