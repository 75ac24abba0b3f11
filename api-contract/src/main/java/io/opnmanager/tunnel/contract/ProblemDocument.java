package io.opnmanager.tunnel.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * RFC 9457 problem document. {@code code} is stable and closed: programs decide by it, people read
 * {@code detail}.
 *
 * @param type a URI reference for the kind of problem, {@code about:blank} when the code says all
 * @param title the HTTP status in words
 * @param status the HTTP status
 * @param code the stable word for this problem, for example {@code no_port_free}
 * @param detail what was wanted and what was found
 * @param violations for {@code invalid_field}: every field that was refused
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "RFC 9457 problem document with a stable code.")
public record ProblemDocument(
        @Schema(examples = "about:blank") String type,
        @Schema(examples = "Conflict") String title,
        @Schema(examples = "409") int status,
        @Schema(examples = "no_port_free", description = "Stable; programs decide by it.")
                String code,
        @Schema(description = "What was wanted and what was found.") String detail,
        @Nullable List<Violation> violations) {

    /** The media type of a problem document (RFC 9457 §6.1). */
    public static final String MEDIA_TYPE = "application/problem+json";

    /**
     * One refused field.
     *
     * @param field its name on the wire
     * @param detail what was wanted
     */
    public record Violation(String field, String detail) {}
}
