package io.opnmanager.tunnel.broker.release;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code release.txt} says.
 *
 * @param version which it is
 * @param files by name
 */
record Release(ReleaseVersion version, Map<String, File> files) {

    /** The list itself, its signature and the key of that: served beside what is listed. */
    static final String LIST = "release.txt";

    static final String SIGNATURE = "release.txt.sig";
    static final String KEY = "release-key.pem";

    /** Begins the list; another number would be another format. */
    private static final String HEAD = "opnmanager-release 1";

    private static final int MOST_FILES = 64;
    private static final Pattern FILE =
            Pattern.compile(
                    "file ([a-z][a-z0-9-]{0,30}) ([a-z][a-z0-9_-]{0,30}) ([A-Za-z0-9][A-Za-z0-9._+~-]{0,127}) ([1-9][0-9]{0,9}) ([0-9a-f]{64})");

    /** The agent without Java. */
    static final String SHELL_AGENT = "sh-agent";

    static final String INSTALLER = "installer";
    static final String PACKAGE = "deb";

    /**
     * One file.
     *
     * @param kind what it is for
     * @param name in the folder and in the address
     * @param size in bytes
     * @param sha256 hexadecimal
     */
    record File(String kind, String name, long size, String sha256) {

        Path in(Path folder) {
            return folder.resolve(name);
        }
    }

    /**
     * Reads the list, strictly: it is signed, so anything unexpected is another format.
     *
     * @throws ReleaseRefused when it is not one
     */
    static Release parse(String text) throws ReleaseRefused {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
            throw new ReleaseRefused(LIST + ": wanted '" + HEAD + "' as its first line");
        }
        ReleaseVersion version =
                lines.size() < 2 || !lines.get(1).startsWith("version ")
                        ? null
                        : ReleaseVersion.of(lines.get(1).substring("version ".length()));
        if (version == null) {
            throw new ReleaseRefused(
                    LIST + ": wanted 'version' with a version such as 1.2.3 as its second line");
        }
        Map<String, File> files = new LinkedHashMap<>();
        for (int number = 2; number < lines.size(); number++) {
            Matcher form = FILE.matcher(lines.get(number));
            if (!form.matches()) {
                throw new ReleaseRefused(
                        LIST
                                + ", line "
                                + (number + 1)
                                + ": wanted 'file kind architecture name size sha256'");
            }
            File file =
                    new File(
                            form.group(1),
                            form.group(3),
                            Long.parseLong(form.group(4)),
                            form.group(5));
            boolean taken = List.of(LIST, SIGNATURE, KEY).contains(file.name());
            if (taken || files.put(file.name(), file) != null || files.size() > MOST_FILES) {
                throw new ReleaseRefused(
                        LIST
                                + ", line "
                                + (number + 1)
                                + ": wanted each name once and at most "
                                + MOST_FILES);
            }
        }
        return new Release(version, Map.copyOf(files));
    }

    /** A file of a kind; of several the first by name. */
    Optional<File> first(String kind) {
        return files.values().stream()
                .filter(file -> file.kind().equals(kind))
                .min(java.util.Comparator.comparing(File::name));
    }

    boolean has(String kind) {
        return first(kind).isPresent();
    }
}
