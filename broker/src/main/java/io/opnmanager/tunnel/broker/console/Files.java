package io.opnmanager.tunnel.broker.console;

import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files that the bundler made, from the application itself, packed once. As many as there are,
 * a dozen; a name that is none is not remembered.
 */
@Singleton
final class Files {

    private static final String HOME = "META-INF/resources";
    private static final byte[] UNPACKED = {};

    private final ConcurrentHashMap<String, File> read = new ConcurrentHashMap<>();

    /** One of them; without packed bytes where packing gains nothing. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    record File(String type, byte[] plain, byte[] packed) {}

    /**
     * The page.
     *
     * @throws IllegalStateException when the application was built without it
     */
    File page() {
        File page = at("/index.html");
        if (page == null) {
            throw new IllegalStateException("console: wanted index.html, found none");
        }
        return page;
    }

    @Nullable File at(String path) {
        File known = read.get(path);
        if (known != null) {
            return known;
        }
        File found = load(path);
        if (found != null) {
            read.put(path, found);
        }
        return found;
    }

    private static @Nullable File load(String path) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (InputStream in = loader.getResourceAsStream(HOME + path)) {
            if (in == null) {
                return null;
            }
            byte[] plain = in.readAllBytes();
            return new File(type(path), plain, path.endsWith(".woff2") ? UNPACKED : pack(plain));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(String path) {
        return switch (path.substring(path.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "woff2" -> "font/woff2";
            default -> "application/octet-stream";
        };
    }

    private static byte[] pack(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream(plain.length / 3);
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }
}
