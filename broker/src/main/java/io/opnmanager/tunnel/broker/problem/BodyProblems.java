package io.opnmanager.tunnel.broker.problem;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.opnmanager.tunnel.contract.ProblemDocument.Violation;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a body, and where, without repeating anything of it: it may hold a
 * secret, and the answer may end in a log.
 */
@Singleton
class BodyProblems {

    private final Documents documents;
    private final ObjectMapper mapper;

    BodyProblems(Documents documents, ObjectMapper mapper) {
        this.documents = documents;
        this.mapper = mapper;
    }

    Response answer(JsonProcessingException failure) {
        if (failure instanceof InvalidDefinitionException) {
            return documents.answer(ProblemCode.INTERNAL, documents.incident(failure), null, null);
        }
        if (failure instanceof JsonMappingException mapping && !isSyntax(mapping)) {
            Violation violation = new Violation(field(mapping), "wanted " + wanted(mapping));
            return documents.answer(
                    ProblemCode.INVALID_FIELD,
                    violation.field() + ": " + violation.detail(),
                    List.of(violation),
                    null);
        }
        JsonLocation place = failure.getLocation();
        String where =
                place == null
                        ? ""
                        : " at line %d, column %d"
                                .formatted(place.getLineNr(), place.getColumnNr());
        return documents.answer(
                ProblemCode.MALFORMED_JSON,
                "wanted JSON with every name once, found something else" + where,
                null,
                null);
    }

    /** A number that is too large for its field is well-formed; all else of the parser is not. */
    private static boolean isSyntax(JsonMappingException failure) {
        Throwable cause = failure.getCause();
        return cause instanceof StreamReadException && !(cause instanceof InputCoercionException);
    }

    private static String field(JsonMappingException failure) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference step : failure.getPath()) {
            if (step.getFieldName() == null) {
                field.append('[').append(step.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return field.isEmpty() ? "body" : field.toString();
    }

    private String wanted(JsonMappingException failure) {
        Class<?> type =
                switch (failure) {
                    case MismatchedInputException mismatch -> mismatch.getTargetType();
                    default ->
                            failure.getCause() instanceof InputCoercionException coercion
                                    ? coercion.getTargetType()
                                    : null;
                };
        return wanted(type);
    }

    private String wanted(@Nullable Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> mapper.convertValue(constant, String.class))
                            .collect(Collectors.joining(", "));
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a whole number that is not too large";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        if (Temporal.class.isAssignableFrom(type)) {
            return "a time in UTC as in ISO 8601";
        }
        return CharSequence.class.isAssignableFrom(type) ? "text" : "an object";
    }
}
