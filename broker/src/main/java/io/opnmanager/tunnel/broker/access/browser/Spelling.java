package io.opnmanager.tunnel.broker.access.browser;

/**
 * Which characters the parts of a message are made of (RFC 9110 §5.5, §5.6.2; RFC 9112 §3.2). Asked
 * of every field of every request, so it looks at each character once.
 */
final class Spelling {

    private static final int ASCII = 0x80;
    private static final int BYTE = 0x100;
    private static final int DELETE = 0x7f;
    private static final String TOKEN_SIGNS = "!#$%&'*+.^_`|~-";
    private static final boolean[] IN_TOKEN = new boolean[ASCII];

    static {
        for (int c = 0; c < ASCII; c++) {
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean digit = c >= '0' && c <= '9';
            IN_TOKEN[c] = letter || digit || TOKEN_SIGNS.indexOf(c) >= 0;
        }
    }

    private Spelling() {}

    /** A name of a method or a field. */
    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ASCII || !IN_TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** A field's value, which may be empty: no control character but the tab. */
    static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == DELETE || c >= BYTE) {
                return false;
            }
        }
        return true;
    }

    /** Path and query: begins with a slash, without blanks and without a fragment. */
    static boolean isPath(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '#' || c == DELETE || c >= BYTE) {
                return false;
            }
        }
        return text.startsWith("/");
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= ASCII) {
                return false;
            }
        }
        return true;
    }
}
