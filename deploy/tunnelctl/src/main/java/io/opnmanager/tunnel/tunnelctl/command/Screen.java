package io.opnmanager.tunnel.tunnelctl.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.tunnelctl.broker.Json;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Where answers go: text for people, or Json.MAPPER. Any thread may write. */
final class Screen {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final String GAP = "  ";

    private final PrintWriter out;
    private final PrintWriter err;
    private final OutputFormat format;

    Screen(CommandLine command, OutputFormat format) {
        this.out = command.getOut();
        this.err = command.getErr();
        this.format = format;
    }

    boolean isJson() {
        return format == OutputFormat.JSON;
    }

    /** A sentence for people; programs do not get it. */
    void say(String text) {
        if (!isJson()) {
            line(text);
        }
    }

    /** A sentence for people that is no part of the answer: the standard output may be a pipe. */
    void note(String text) {
        if (!isJson()) {
            err.println(printable(text));
            err.flush();
        }
    }

    /** Like {@link #say} or, for programs, a document. */
    void tell(String text, Object document) {
        line(isJson() ? json(document) : text);
    }

    /** Rows under headings or, for programs, a document. */
    void table(List<String> headings, List<List<String>> rows, Object document) {
        if (isJson()) {
            line(json(document));
            return;
        }
        int[] widths = new int[headings.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = headings.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        line(padded(headings, widths));
        rows.forEach(row -> line(padded(row, widths)));
    }

    private static String padded(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            line.append(cell).repeat(' ', widths[column] - cell.length()).append(GAP);
        }
        return line.toString().stripTrailing();
    }

    void error(String message, ExitCode code) {
        if (isJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("error", message);
            document.put("exit_code", code.number());
            err.println(json(document));
        } else {
            err.println("tunnelctl: " + printable(message));
        }
        err.flush();
    }

    private synchronized void line(String text) {
        out.println(isJson() ? text : printable(text));
        out.flush();
    }

    /** Overwrites the line that the cursor is in; only for terminals. */
    synchronized void overwrite(String text) {
        out.print("\r\u001b[K" + printable(text));
        out.flush();
    }

    /** What a firewall or a broker says of itself shall not move the cursor. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", " ");
    }

    private static String json(Object document) {
        try {
            return Json.MAPPER.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that is no JSON", e);
        }
    }

    static String time(@Nullable Instant instant) {
        return instant == null ? "-" : TIME.format(instant);
    }

    static String orDash(@Nullable String text) {
        return text == null ? "-" : text;
    }
}
