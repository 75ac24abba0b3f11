package io.opnmanager.tunnel.benchmarks.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored bounds, and which of them were looked at. */
final class Bounds {

    private static final String FILE = "bounds.properties";
    private static final String WHERE =
            "benchmarks/src/test/resources/io/opnmanager/tunnel/benchmarks/guard/" + FILE;

    private final Properties bounds = new Properties();
    private final Set<String> seen = new TreeSet<>();

    Bounds() {
        try (@Nullable InputStream in = Bounds.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + WHERE);
            }
            bounds.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails when more was counted than the bound says; the name is that of the bound. */
    void hold(String name, double measured) {
        String bound = bounds.getProperty(name);
        assertThat(bound).as("a bound for %s in %s", name, WHERE).isNotNull();
        seen.add(name);
        String words =
                String.format(
                        Locale.ROOT,
                        "%s: measured %.2f, the bound is %s. If the change is worth it, say why and raise it in %s",
                        name,
                        measured,
                        bound,
                        WHERE);
        System.out.println("guard: " + words.substring(0, words.indexOf(". If")));
        assertThat(measured).as(words).isLessThanOrEqualTo(Double.parseDouble(bound.strip()));
    }

    /** Those that nothing was compared with. */
    Set<String> unused() {
        Set<String> rest = new TreeSet<>(bounds.stringPropertyNames());
        rest.removeAll(seen);
        return rest;
    }
}
