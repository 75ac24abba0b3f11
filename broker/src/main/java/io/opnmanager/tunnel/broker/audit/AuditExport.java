package io.opnmanager.tunnel.broker.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Writes a search as one file, oldest first, a batch in memory at a time. Between two batches no
 * connection to the database is held, so a slow reader holds up nobody.
 */
@ApplicationScoped
class AuditExport {

    private static final int BATCH = 1_000;
    private static final int BUFFER = 64 * 1024;

    /** What spreadsheets take for the beginning of a formula (OWASP, CSV injection). */
    private static final String FORMULA = "=+-@\t\r";

    private final Jdbi jdbi;
    private final ObjectMapper json;

    AuditExport(Jdbi jdbi, ObjectMapper json) {
        this.jdbi = jdbi;
        this.json = json;
    }

    /** How one file is written around and between its entries. */
    private interface Format {
        String head();

        String entry(AuditEntry entry, boolean first) throws IOException;

        String foot();
    }

    void csv(AuditSearch search, OutputStream to) throws IOException {
        write(
                search,
                to,
                new Format() {
                    @Override
                    public String head() {
                        return line(
                                Stream.of(
                                        "id", "at", "actor", "action", "subject", "address",
                                        "result", "detail"));
                    }

                    @Override
                    public String entry(AuditEntry entry, boolean first) {
                        return line(
                                Stream.of(
                                        Long.toString(entry.id()),
                                        entry.at().toString(),
                                        entry.actor(),
                                        entry.action(),
                                        Objects.requireNonNullElse(entry.subject(), ""),
                                        Objects.requireNonNullElse(entry.address(), ""),
                                        entry.result(),
                                        Objects.requireNonNullElse(entry.detail(), "")));
                    }

                    @Override
                    public String foot() {
                        return "";
                    }
                });
    }

    void json(AuditSearch search, OutputStream to) throws IOException {
        write(
                search,
                to,
                new Format() {
                    @Override
                    public String head() {
                        return "[";
                    }

                    @Override
                    public String entry(AuditEntry entry, boolean first) throws IOException {
                        return (first ? "\n" : ",\n") + json.writeValueAsString(entry);
                    }

                    @Override
                    public String foot() {
                        return "\n]\n";
                    }
                });
    }

    private void write(AuditSearch search, OutputStream stream, Format format) throws IOException {
        var to = new BufferedOutputStream(stream, BUFFER);
        to.write(format.head().getBytes(StandardCharsets.UTF_8));
        // What is written from now on is not in it, or a busy broker's export would never end.
        long last = newest();
        long after = Long.MIN_VALUE;
        boolean first = true;
        List<AuditEntry> batch = batch(search, after, last);
        while (!batch.isEmpty()) {
            for (AuditEntry entry : batch) {
                to.write(format.entry(entry, first).getBytes(StandardCharsets.UTF_8));
                first = false;
                after = entry.id();
            }
            batch = batch.size() < BATCH ? List.of() : batch(search, after, last);
        }
        to.write(format.foot().getBytes(StandardCharsets.UTF_8));
        to.flush();
    }

    private long newest() {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT COALESCE(MAX(id), 0) FROM audit")
                        .mapTo(Long.class)
                        .one());
    }

    private List<AuditEntry> batch(AuditSearch search, long after, long last) {
        return jdbi.withHandle(handle ->
                search.bind(
                                handle.createQuery(
                                        AuditRow.SELECT
                                                + "WHERE id > :after AND id <= :last AND "
                                                + search.condition()
                                                + " ORDER BY id LIMIT :most"))
                        .bind("after", after)
                        .bind("last", last)
                        .bind("most", BATCH)
                        .map((row, context) -> AuditRow.read(row))
                        .list());
    }

    private static String line(Stream<String> cells) {
        return cells.map(AuditExport::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    /** RFC 4180 §2, and text that a spreadsheet would run is made text. */
    static String cell(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        String harmless = FORMULA.indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return '"' + harmless.replace("\"", "\"\"") + '"';
    }
}
