package io.opnmanager.tunnel.broker.access.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the pages of one kind of firewall expect, read from {@code
 * firewall-kinds/<kind>.properties}. The files say why.
 *
 * @param kind of firewall
 * @param names by which name the page hears itself called in Host, Origin and Referer
 * @param script whether the script that says when its window is gone is put into documents
 * @param dropped headers of answers that are not passed on, compared without regard to case
 */
record Profile(String kind, CalledBy names, boolean script, Set<String> dropped) {

    /** Two names of one page. */
    enum CalledBy {
        /** The one on the firewall's side. */
        TARGET,
        /** The one that the browser sees. */
        SESSION
    }

    private static final Set<String> KEYS = Set.of("names", "script", "dropped");
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9-]+");

    /**
     * Reads a profile.
     *
     * @throws IllegalStateException when a key is missing, unknown or has no such value; the
     *     message names it
     */
    static Profile read(String kind) {
        Properties file = new Properties();
        String path = "/firewall-kinds/" + kind + ".properties";
        try (InputStream in = Profile.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + path);
            }
            file.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(kind, file);
    }

    /** A profile from the lines of its file. */
    static Profile of(String kind, Properties file) {
        if (!file.stringPropertyNames().equals(KEYS)) {
            throw new IllegalStateException(
                    "profile %s: wanted the keys %s, found %s"
                            .formatted(kind, KEYS, file.stringPropertyNames()));
        }
        return new Profile(
                kind,
                names(kind, file.getProperty("names")),
                script(kind, file.getProperty("script")),
                dropped(kind, file.getProperty("dropped")));
    }

    private static CalledBy names(String kind, String value) {
        return switch (value) {
            case "target" -> CalledBy.TARGET;
            case "session" -> CalledBy.SESSION;
            default ->
                    throw new IllegalStateException(
                            "profile %s: names is target or session, found %s"
                                    .formatted(kind, value));
        };
    }

    private static boolean script(String kind, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalStateException(
                            "profile %s: script is true or false, found %s".formatted(kind, value));
        };
    }

    private static Set<String> dropped(String kind, String value) {
        Set<String> names =
                Arrays.stream(value.split(",", -1))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.toCollection(TreeSet::new));
        for (String name : names) {
            if (!HEADER_NAME.matcher(name).matches()) {
                throw new IllegalStateException(
                        "profile %s: dropped has names of headers, found %s".formatted(kind, name));
            }
        }
        return Set.copyOf(names);
    }
}
