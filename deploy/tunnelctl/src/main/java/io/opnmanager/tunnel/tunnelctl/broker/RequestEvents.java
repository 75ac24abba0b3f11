package io.opnmanager.tunnel.tunnelctl.broker;

import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Server-sent events, each a request. One thread reads; any may close, which ends the reading. */
public final class RequestEvents implements AutoCloseable {

    private static final String DATA = "data:";

    /** Far more than a request ever is. */
    private static final int LONGEST_LINE = 256 * 1024;

    private final InputStream body;
    private final BufferedReader lines;

    RequestEvents(InputStream body) {
        this.body = body;
        this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** Waits for the next; null when the stream has ended, in whichever way. */
    public @Nullable TunnelRequest next() {
        try {
            String line = line();
            while (line != null) {
                if (line.startsWith(DATA)) {
                    return Json.MAPPER.readValue(
                            line.substring(DATA.length()), TunnelRequest.class);
                }
                line = line();
            }
            return null;
        } catch (IOException e) {
            // What counts is the state of the request, which is asked for then.
            return null;
        }
    }

    private @Nullable String line() throws IOException {
        var line = new StringBuilder();
        int read = lines.read();
        while (read >= 0 && read != '\n') {
            if (line.length() == LONGEST_LINE) {
                throw new IOException("an event longer than " + LONGEST_LINE);
            }
            line.append((char) read);
            read = lines.read();
        }
        return read < 0 && line.isEmpty() ? null : line.toString();
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
