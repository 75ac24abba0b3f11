package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts the script that says when its window is gone into one HTML document while it streams by. It
 * looks at bytes, not at characters: markup is ASCII in every charset that it touches.
 *
 * <p>Used by one thread, that of the answer.
 */
final class ScriptInsertion {

    /** What is put into a document. */
    static final String TAG = "<script src=\"/.opnmanager/presence.js\"></script>";

    /** A document that has no place for it by then is left as it is. */
    static final int LONGEST_LOOK = 64 * 1024;

    private static final Pattern HTML = Pattern.compile("(?i)\\s*text/html\\s*(;.*)?");
    private static final Pattern WIDE = Pattern.compile("(?i).*charset\\s*=\\s*\"?utf-(16|32).*");
    private static final byte[] COMMENT = bytes("<!--");
    private static final byte[] COMMENT_END = bytes("-->");

    private static final int MORE = -1;
    private static final int NOWHERE = -2;

    private final Buffer tag;
    private @Nullable Buffer held = Buffer.buffer();
    private boolean inserted;

    /** Where looking goes on: everything before it is known to be no place for a script. */
    private int at;

    /**
     * For one document.
     *
     * @param nonce that its policy asks of scripts
     */
    ScriptInsertion(@Nullable String nonce) {
        this.tag =
                Buffer.buffer(
                        nonce == null ? TAG : TAG.replace(" src", " nonce=\"" + nonce + "\" src"));
    }

    /** Whether documents of this type can have a script put in. */
    static boolean suits(@Nullable String contentType) {
        return contentType != null
                && HTML.matcher(contentType).matches()
                && !WIDE.matcher(contentType).matches();
    }

    /** Whether it has been put in. Final once {@link #isSettled}. */
    boolean inserted() {
        return inserted;
    }

    /** Whether everything from here on goes by as it is. */
    boolean isSettled() {
        return held == null;
    }

    /** Takes in the next bytes and gives what can go on, which may be nothing yet. */
    Buffer next(Buffer chunk) {
        Buffer before = held;
        if (before == null) {
            return chunk;
        }
        before.appendBuffer(chunk);
        int place = place(before);
        if (place == MORE && before.length() < LONGEST_LOOK) {
            return Buffer.buffer();
        }
        return settle(before, place);
    }

    /** The document is over: gives what is left of it. */
    Buffer end() {
        Buffer before = held;
        if (before == null) {
            return Buffer.buffer();
        }
        int place = place(before);
        boolean unfinished = place == MORE && before.length() > 0;
        return settle(before, unfinished && at >= before.length() ? at : place);
    }

    private Buffer settle(Buffer before, int place) {
        held = null;
        if (place < 0) {
            return before;
        }
        inserted = true;
        return Buffer.buffer(before.length() + tag.length())
                .appendBuffer(before, 0, place)
                .appendBuffer(tag)
                .appendBuffer(before, place, before.length() - place);
    }

    /**
     * Behind the head's tag; without one, before the first thing that is neither doctype nor
     * comment nor html's tag. In front of a doctype the page would be laid out by other rules.
     */
    private int place(Buffer text) {
        if (at == 0) {
            if (text.length() < 3) {
                return MORE;
            }
            if (isWide(text)) {
                return NOWHERE;
            }
            at = hasByteOrderMark(text) ? 3 : 0;
        }
        while (true) {
            while (at < text.length() && isSpace(text.getByte(at))) {
                at++;
            }
            if (at >= text.length()) {
                return MORE;
            }
            if (text.getByte(at) != '<') {
                return at;
            }
            boolean isHead = startsTag(text, "head");
            int end = endOfThing(text, isHead);
            if (end == NOWHERE) {
                return at;
            }
            if (end == MORE) {
                return MORE;
            }
            at = end;
            if (isHead) {
                return at;
            }
        }
    }

    private int endOfThing(Buffer text, boolean isHead) {
        if (text.length() - at < COMMENT.length + 2) {
            return MORE;
        }
        if (startsWith(text, at, COMMENT)) {
            return endOf(text, at + 2);
        }
        byte second = text.getByte(at + 1);
        if (second == '!' || second == '?') {
            return endOfTag(text, false);
        }
        return isHead || startsTag(text, "html") ? endOfTag(text, true) : NOWHERE;
    }

    private boolean startsTag(Buffer text, String name) {
        int after = at + 1 + name.length();
        if (after >= text.length()) {
            return false;
        }
        String found = text.getString(at + 1, after, "ISO-8859-1").toLowerCase(Locale.ROOT);
        byte next = text.getByte(after);
        return found.equals(name) && (isSpace(next) || next == '>' || next == '/');
    }

    private int endOfTag(Buffer text, boolean hasQuotes) {
        byte quote = 0;
        for (int i = at; i < text.length(); i++) {
            byte b = text.getByte(i);
            if (quote != 0) {
                quote = b == quote ? 0 : quote;
            } else if (hasQuotes && (b == '"' || b == '\'')) {
                quote = b;
            } else if (b == '>') {
                return i + 1;
            }
        }
        return MORE;
    }

    private static int endOf(Buffer text, int from) {
        for (int i = from; i + COMMENT_END.length <= text.length(); i++) {
            if (startsWith(text, i, COMMENT_END)) {
                return i + COMMENT_END.length;
            }
        }
        return MORE;
    }

    private static boolean startsWith(Buffer text, int from, byte[] what) {
        if (from + what.length > text.length()) {
            return false;
        }
        for (int i = 0; i < what.length; i++) {
            if (text.getByte(from + i) != what[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWide(Buffer text) {
        int first = text.getUnsignedByte(0);
        int second = text.getUnsignedByte(1);
        return first == 0
                || second == 0
                || (first == 0xFE && second == 0xFF)
                || (first == 0xFF && second == 0xFE);
    }

    private static boolean hasByteOrderMark(Buffer text) {
        return text.getUnsignedByte(0) == 0xEF
                && text.getUnsignedByte(1) == 0xBB
                && text.getUnsignedByte(2) == 0xBF;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r' || b == '\f';
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
