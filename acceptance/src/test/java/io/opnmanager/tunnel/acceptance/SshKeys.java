package io.opnmanager.tunnel.acceptance;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Public keys as in {@code authorized_keys}, for firewalls that never open a tunnel. */
final class SshKeys {

    private static final String ED25519 = "ssh-ed25519";
    private static final int ED25519_BYTES = 32;

    private SshKeys() {}

    /** A new Ed25519 key (RFC 8709 §4); its private half is forgotten. */
    static String publicKey() {
        try {
            byte[] encoded =
                    KeyPairGenerator.getInstance("Ed25519")
                            .generateKeyPair()
                            .getPublic()
                            .getEncoded();
            byte[] key =
                    Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
            var bytes = new ByteArrayOutputStream();
            try (var out = new DataOutputStream(bytes)) {
                out.writeInt(ED25519.length());
                out.write(ED25519.getBytes(StandardCharsets.US_ASCII));
                out.writeInt(key.length);
                out.write(key);
            }
            return ED25519 + " " + Base64.getEncoder().encodeToString(bytes.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
