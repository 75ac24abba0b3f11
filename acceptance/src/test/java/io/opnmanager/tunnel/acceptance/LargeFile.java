package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * A file that goes through a tunnel.
 *
 * @param path where it is
 * @param bytes how long it is
 * @param sha256 of its content, in hexadecimal digits
 */
record LargeFile(Path path, long bytes, String sha256) {

    private static final int BLOCK = 1_000_000;

    /** Makes one of bytes that cannot be compressed. */
    static LargeFile random(Path path, long bytes) throws IOException {
        var random = new Random(bytes);
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(path)) {
            for (long written = 0; written < bytes; written += BLOCK) {
                random.nextBytes(block);
                out.write(block, 0, (int) Math.min(BLOCK, bytes - written));
            }
        }
        return of(path);
    }

    static LargeFile of(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = digest();
            long bytes =
                    new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return new LargeFile(path, bytes, hex(digest));
        }
    }

    /** What a download of the firewall's page is: each 8 bytes a number, one more than before. */
    static LargeFile counted(Path path, int bytes) {
        ByteBuffer content = ByteBuffer.allocate(bytes);
        for (long number = 0; content.hasRemaining(); number++) {
            content.putLong(number);
        }
        MessageDigest digest = digest();
        digest.update(content.flip());
        return new LargeFile(path, bytes, hex(digest));
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
