package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A folder with a release of agents, signed with a key of its own that is made with it. The format
 * is that of {@code deploy/release/release.sh}, written a second time so that a test can say what
 * is wrong in it.
 */
public final class SignedRelease {

    private static final HexFormat HEX = HexFormat.of();

    private final Path folder;
    private final KeyPair keys;

    private SignedRelease(Path folder, KeyPair keys) {
        this.folder = folder;
        this.keys = keys;
    }

    /**
     * A folder and its key: the one that was made with it before, or else a new one. The private
     * part stands beside the folder.
     */
    public static SignedRelease in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolveSibling(folder.getFileName() + ".key");
        try {
            if (!Files.exists(file)) {
                PrivateFile.write(file, generated());
            }
            List<String> lines = Files.readAllLines(file);
            KeyFactory factory = KeyFactory.getInstance("EC");
            KeyPair keys =
                    new KeyPair(
                            factory.generatePublic(new X509EncodedKeySpec(decoded(lines.get(0)))),
                            factory.generatePrivate(
                                    new PKCS8EncodedKeySpec(decoded(lines.get(1)))));
            SignedRelease release = new SignedRelease(folder, keys);
            release.replace("release-key.pem", release.pem().getBytes(StandardCharsets.UTF_8));
            return release;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has P-256", e);
        }
    }

    private static String generated() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        Base64.Encoder encoder = Base64.getEncoder();
        return encoder.encodeToString(keys.getPublic().getEncoded())
                + "\n"
                + encoder.encodeToString(keys.getPrivate().getEncoded())
                + "\n";
    }

    private static byte[] decoded(String line) {
        return Base64.getDecoder().decode(line);
    }

    /**
     * Writes files, list and signature, the signature last.
     *
     * @param files content by {@code "kind architecture name"}
     */
    public SignedRelease publish(String version, Map<String, String> files) throws IOException {
        StringBuilder list = new StringBuilder("opnmanager-release 1\nversion " + version + "\n");
        for (var file : new TreeMap<>(files).entrySet()) {
            byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
            String name = file.getKey().substring(file.getKey().lastIndexOf(' ') + 1);
            replace(name, bytes);
            list.append("file %s %d %s\n".formatted(file.getKey(), bytes.length, sha256(bytes)));
        }
        return sign(list.toString());
    }

    /** Writes any list, and signs it. */
    public SignedRelease sign(String list) throws IOException {
        byte[] bytes = list.getBytes(StandardCharsets.UTF_8);
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(bytes);
            byte[] signed = signature.sign();
            replace("release.txt", bytes);
            replace("release.txt.sig", signed);
            return this;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java signs with P-256", e);
        }
    }

    /** In one step, so that no reader sees half a file. */
    private void replace(String name, byte[] bytes) throws IOException {
        Path stage = folder.resolve("." + name + ".new");
        Files.write(stage, bytes);
        Files.move(stage, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Where it is. */
    public Path folder() {
        return folder;
    }

    /** What the broker is configured with. */
    public String keySha256() {
        return sha256(pem().getBytes(StandardCharsets.UTF_8));
    }

    private String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** Hexadecimal. */
    public static String sha256(byte[] bytes) {
        try {
            return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
