package io.opnmanager.tunnel.broker.identity;

/** Base32 (RFC 4648 §6) without padding, which people can type. */
final class Base32 {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BITS = 5;

    private Base32() {}

    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder((bytes.length * 8 + BITS - 1) / BITS);
        int held = 0;
        int bits = 0;
        for (byte next : bytes) {
            held = ((held << 8) | (next & 0xff)) & 0xffff;
            bits += 8;
            while (bits >= BITS) {
                bits -= BITS;
                text.append(ALPHABET.charAt((held >> bits) & 0x1f));
            }
        }
        if (bits > 0) {
            text.append(ALPHABET.charAt((held << (BITS - bits)) & 0x1f));
        }
        return text.toString();
    }
}
