package io.opnmanager.tunnel.demo.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The files of the page, and how values get into them: always escaped. */
final class Templates {

    private static final Map<String, String> FILES = new ConcurrentHashMap<>();

    private Templates() {}

    /** A file as it is. */
    static String file(String name) {
        return FILES.computeIfAbsent(name, Templates::read);
    }

    /** A file with {@code {{key}}} replaced by the value of the key. */
    static String page(String name, Map<String, String> values) {
        String text = file(name);
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("{{" + value.getKey() + "}}", escaped(value.getValue()));
        }
        return text;
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String read(String name) {
        try (InputStream in = Templates.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the page has no file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be read: " + name, e);
        }
    }
}
