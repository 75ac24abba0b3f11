package io.opnmanager.tunnel.contract.call;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object that was read. One that is missing or null is null, 0 or false; one
 * of another kind than asked for is an error, and one that nobody asks for is passed over.
 */
public final class Fields {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, @Nullable Object> values;

    private Fields(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    /** Writes the fields of an object. */
    @FunctionalInterface
    public interface Writing {
        void into(JsonGenerator json) throws IOException;
    }

    /**
     * Reads an object and nothing after it.
     *
     * @throws JsonProcessingException when it is none; the message may quote it
     */
    public static Fields read(byte[] text) throws JsonProcessingException {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(json, "wanted an object");
            }
            Fields fields = object(json);
            if (json.nextToken() != null) {
                throw new JsonParseException(json, "wanted one object, found more");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** One object as text, as short as it can be. */
    public static byte[] write(Writing fields) {
        return write(null, fields);
    }

    /** One object as text, a field a line. */
    public static byte[] writeForPeople(Writing fields) {
        return write(new DefaultPrettyPrinter(), fields);
    }

    private static byte[] write(@Nullable PrettyPrinter printer, Writing fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.setPrettyPrinter(printer);
            json.writeStartObject();
            fields.into(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Recursive: the parser refuses what is deeper than 1000. */
    private static @Nullable Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return object(json);
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> all = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                all.add(value(json));
            }
            return all;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return json.getLongValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return json.getBooleanValue();
        }
        // A fraction stays text: nothing here is one.
        return token == JsonToken.VALUE_NULL ? null : json.getText();
    }

    private static Fields object(JsonParser json) throws IOException {
        Map<String, @Nullable Object> values = new HashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            values.put(name, value(json));
        }
        return new Fields(values);
    }

    /** Words, or null. */
    public @Nullable String text(String name) throws JsonProcessingException {
        return as(String.class, name, values.get(name));
    }

    /** Words that have to be there. */
    public String neededText(String name) throws JsonProcessingException {
        String text = text(name);
        if (text == null) {
            throw wrong("text", name);
        }
        return text;
    }

    /** A whole number, or 0. */
    public long number(String name) throws JsonProcessingException {
        Long number = numberIfAny(name);
        return number == null ? 0 : number;
    }

    /** A whole number, or null. */
    public @Nullable Long numberIfAny(String name) throws JsonProcessingException {
        return as(Long.class, name, values.get(name));
    }

    /** A small whole number, or 0. */
    public int smallNumber(String name) throws JsonProcessingException {
        long number = number(name);
        if (number != (int) number) {
            throw wrong("a small number", name);
        }
        return (int) number;
    }

    /** Yes or no; missing is no. */
    public boolean truth(String name) throws JsonProcessingException {
        return Boolean.TRUE.equals(as(Boolean.class, name, values.get(name)));
    }

    /** A moment (RFC 3339), or null. */
    public @Nullable Instant moment(String name) throws JsonProcessingException {
        String text = text(name);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            throw wrong("a moment", name);
        }
    }

    /** A word of an enum in small letters; null for one that this version does not know. */
    public <E extends Enum<E>> @Nullable E word(String name, E[] words)
            throws JsonProcessingException {
        String text = text(name);
        for (E word : words) {
            if (word(word).equals(text)) {
                return word;
            }
        }
        return null;
    }

    /** An enum's word on the wire. */
    static String word(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    /** An object, or null. */
    public @Nullable Fields fields(String name) throws JsonProcessingException {
        return as(Fields.class, name, values.get(name));
    }

    /** Objects, or null. */
    public @Nullable List<Fields> list(String name) throws JsonProcessingException {
        return listOf(Fields.class, name);
    }

    /** Several words, or null. */
    public @Nullable List<String> texts(String name) throws JsonProcessingException {
        return listOf(String.class, name);
    }

    private <T> @Nullable List<T> listOf(Class<T> type, String name)
            throws JsonProcessingException {
        List<?> found = as(List.class, name, values.get(name));
        if (found == null) {
            return null;
        }
        List<T> all = new ArrayList<>(found.size());
        for (Object one : found) {
            T element = as(type, name, one);
            if (element == null) {
                throw wrong("no null", name);
            }
            all.add(element);
        }
        return all;
    }

    private static <T> @Nullable T as(Class<T> type, String name, @Nullable Object found)
            throws JsonProcessingException {
        if (found != null && !type.isInstance(found)) {
            throw wrong("a " + type.getSimpleName(), name);
        }
        return type.cast(found);
    }

    private static JsonProcessingException wrong(String wanted, String name) {
        return new JsonParseException(null, "wanted " + wanted + " as " + name);
    }
}
