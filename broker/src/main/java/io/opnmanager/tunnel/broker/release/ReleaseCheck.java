package io.opnmanager.tunnel.broker.release;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a folder and believes nothing in it: the key by its checksum, the list by its signature,
 * the files by the list. Reads every byte, so it blocks.
 */
final class ReleaseCheck {

    private static final int P256 = 256;
    private static final int LARGEST_KEY = 4_096;
    private static final int LARGEST_SIGNATURE = 256;
    private static final int LARGEST_LIST = 65_536;
    private static final int BUFFER = 65_536;

    private ReleaseCheck() {}

    /**
     * The release in a folder, with the list, its signature and its key among the files.
     *
     * @param keySha256 of the one key that is believed
     * @throws ReleaseRefused when any of it is not as it should be
     */
    static Release read(Path folder, String keySha256) throws ReleaseRefused {
        byte[] key = small(folder, Release.KEY, LARGEST_KEY);
        if (!hex(sha256().digest(key)).equals(keySha256)) {
            throw new ReleaseRefused(
                    Release.KEY
                            + ": wanted the key with the SHA-256 of opnmanager.release.key-sha256, found another");
        }
        byte[] list = small(folder, Release.LIST, LARGEST_LIST);
        byte[] signature = small(folder, Release.SIGNATURE, LARGEST_SIGNATURE);
        requireSigned(key, list, signature);
        Release release = Release.parse(new String(list, StandardCharsets.US_ASCII));
        for (Release.File file : release.files().values()) {
            long size = attributes(folder, file.name()).size();
            if (size != file.size()) {
                throw new ReleaseRefused(
                        file.name() + ": wanted " + file.size() + " bytes, found " + size);
            }
        }
        for (Release.File file : release.files().values()) {
            if (!digest(folder, file.name()).equals(file.sha256())) {
                throw new ReleaseRefused(file.name() + ": has another checksum than in the list");
            }
        }
        Map<String, Release.File> served = new LinkedHashMap<>(release.files());
        Map.of(Release.KEY, key, Release.LIST, list, Release.SIGNATURE, signature)
                .forEach((name, bytes) ->
                        served.put(
                                name,
                                new Release.File(
                                        "list", name, bytes.length, hex(sha256().digest(bytes)))));
        return new Release(release.version(), Map.copyOf(served));
    }

    /**
     * What changes when any of these files does: who has seen a folder with this mark need not read
     * it again.
     */
    static String mark(Path folder, Iterable<String> names) {
        StringBuilder mark = new StringBuilder();
        for (String name : names) {
            try {
                BasicFileAttributes found = attributes(folder, name);
                mark.append(name)
                        .append(' ')
                        .append(found.size())
                        .append(' ')
                        .append(found.lastModifiedTime().toMillis())
                        .append(' ')
                        .append(found.fileKey());
            } catch (ReleaseRefused e) {
                mark.append(e.because());
            }
            mark.append('\n');
        }
        return mark.toString();
    }

    /** The names that a list, whoever wrote it, makes worth a look; none when there is no list. */
    static List<String> namesIn(Path folder) {
        try {
            byte[] list = small(folder, Release.LIST, LARGEST_LIST);
            return Release.parse(new String(list, StandardCharsets.US_ASCII))
                    .files()
                    .keySet()
                    .stream()
                    .sorted()
                    .toList();
        } catch (ReleaseRefused e) {
            return List.of();
        }
    }

    private static void requireSigned(byte[] key, byte[] list, byte[] signature)
            throws ReleaseRefused {
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(publicKey(key));
            verifier.update(list);
            if (verifier.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new ReleaseRefused(
                    Release.SIGNATURE
                            + ": wanted a signature in DER by the key of "
                            + Release.KEY
                            + ", a P-256 key in PEM");
        }
        throw new ReleaseRefused(
                Release.SIGNATURE + ": is no signature of this " + Release.LIST + " by this key");
    }

    private static ECPublicKey publicKey(byte[] pem) throws GeneralSecurityException {
        String text =
                new String(pem, StandardCharsets.US_ASCII)
                        .replaceAll("-----[A-Z ]+-----", "")
                        .replaceAll("\\s", "");
        byte[] der;
        try {
            der = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(e);
        }
        var key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
        if (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() == P256) {
            return ec;
        }
        throw new GeneralSecurityException("wanted a P-256 key");
    }

    /** Attributes of a plain file, never of what a link points to. */
    private static BasicFileAttributes attributes(Path folder, String name) throws ReleaseRefused {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(
                            folder.resolve(name),
                            BasicFileAttributes.class,
                            LinkOption.NOFOLLOW_LINKS);
            if (found.isRegularFile()) {
                return found;
            }
            throw new ReleaseRefused(name + ": wanted a plain file, found something else");
        } catch (NoSuchFileException e) {
            throw new ReleaseRefused(name + ": is not there");
        } catch (IOException e) {
            throw new ReleaseRefused(name + ": cannot be read");
        }
    }

    private static byte[] small(Path folder, String name, int largest) throws ReleaseRefused {
        long size = attributes(folder, name).size();
        if (size > largest) {
            throw new ReleaseRefused(
                    name + ": wanted at most " + largest + " bytes, found " + size);
        }
        try (InputStream in =
                Files.newInputStream(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            return in.readNBytes(largest);
        } catch (IOException e) {
            throw new ReleaseRefused(name + ": cannot be read");
        }
    }

    private static String digest(Path folder, String name) throws ReleaseRefused {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in =
                Files.newInputStream(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        } catch (IOException e) {
            throw new ReleaseRefused(name + ": cannot be read");
        }
        return hex(digest.digest());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
