package io.opnmanager.tunnel.packages;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A Debian binary package, format 2.0 (deb(5)): an ar archive of the word {@code 2.0}, {@code
 * control.tar.gz} and {@code data.tar.gz}. Order, times, owners and compression depend on nothing
 * but the input, so the same input gives the same bytes. Gzip, because nearly all of it is jars and
 * a runtime that are compressed already: xz takes a minute and a half more and saves a tenth.
 *
 * @param tree what is installed
 * @param control the control files by name; those that dpkg runs are marked by {@link #SCRIPTS}
 * @param time of every entry
 */
record Deb(Tree tree, Map<String, String> control, Instant time) {

    private static final Set<String> SCRIPTS = Set.of("preinst", "postinst", "prerm", "postrm");

    void write(Path file) throws IOException {
        Path data = Files.createTempFile(file.toAbsolutePath().getParent(), "data", ".tar.gz");
        try {
            Map<String, String> sums = writeData(data);
            Map<String, String> all = new TreeMap<>(control);
            all.put("md5sums", md5sums(sums));
            byte[] controls = controls(all);
            try (ArArchiveOutputStream ar =
                    new ArArchiveOutputStream(
                            new BufferedOutputStream(Files.newOutputStream(file)))) {
                member(
                        ar,
                        "debian-binary",
                        new ByteArrayInputStream("2.0\n".getBytes(StandardCharsets.US_ASCII)),
                        4);
                member(ar, "control.tar.gz", new ByteArrayInputStream(controls), controls.length);
                try (InputStream in = Files.newInputStream(data)) {
                    member(ar, "data.tar.gz", in, Files.size(data));
                }
            }
        } finally {
            Files.delete(data);
        }
    }

    private void member(ArArchiveOutputStream ar, String name, InputStream content, long size)
            throws IOException {
        ar.putArchiveEntry(new ArArchiveEntry(name, size, 0, 0, 0100644, time.getEpochSecond()));
        content.transferTo(ar);
        ar.closeArchiveEntry();
    }

    private Map<String, String> writeData(Path file) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                TarArchiveOutputStream tar = tar(out)) {
            folder(tar, "./", 0755);
            for (Map.Entry<String, Tree.Entry> entry : tree.entries().entrySet()) {
                String path = entry.getKey();
                switch (entry.getValue()) {
                    case Tree.Entry.Folder(int mode) -> folder(tar, "./" + path + "/", mode);
                    case Tree.Entry.Link(String target) -> {
                        TarArchiveEntry link =
                                new TarArchiveEntry("./" + path, TarConstants.LF_SYMLINK);
                        link.setLinkName(target);
                        put(tar, link, 0777);
                        tar.closeArchiveEntry();
                    }
                    case Tree.Entry.Text(ByteBuffer bytes, int mode) -> {
                        byte[] text = new byte[bytes.limit()];
                        bytes.get(0, text);
                        sums.put(
                                path,
                                file(tar, path, mode, text.length, new ByteArrayInputStream(text)));
                    }
                    case Tree.Entry.Built(Path source, int mode) -> {
                        try (InputStream in = Files.newInputStream(source)) {
                            sums.put(path, file(tar, path, mode, Files.size(source), in));
                        }
                    }
                }
            }
        }
        return sums;
    }

    private byte[] controls(Map<String, String> all) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = tar(bytes)) {
            folder(tar, "./", 0755);
            for (Map.Entry<String, String> entry : all.entrySet()) {
                byte[] text = entry.getValue().getBytes(StandardCharsets.UTF_8);
                var _ =
                        file(
                                tar,
                                entry.getKey(),
                                SCRIPTS.contains(entry.getKey()) ? 0755 : 0644,
                                text.length,
                                new ByteArrayInputStream(text));
            }
        }
        return bytes.toByteArray();
    }

    private static TarArchiveOutputStream tar(OutputStream out) throws IOException {
        TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(out, 65536), "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
        return tar;
    }

    private void folder(TarArchiveOutputStream tar, String name, int mode) throws IOException {
        put(tar, new TarArchiveEntry(name), mode);
        tar.closeArchiveEntry();
    }

    /** Writes a file; answers the MD5 that dpkg --verify compares. */
    private String file(
            TarArchiveOutputStream tar, String path, int mode, long size, InputStream content)
            throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry("./" + path);
        entry.setSize(size);
        put(tar, entry, mode);
        DigestInputStream digest = new DigestInputStream(content, md5());
        digest.transferTo(tar);
        tar.closeArchiveEntry();
        return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    }

    private void put(TarArchiveOutputStream tar, TarArchiveEntry entry, int mode)
            throws IOException {
        entry.setMode(mode);
        entry.setIds(0, 0);
        entry.setNames("root", "root");
        entry.setModTime(time.toEpochMilli());
        tar.putArchiveEntry(entry);
    }

    private static String md5sums(Map<String, String> sums) {
        StringBuilder text = new StringBuilder();
        sums.forEach((path, sum) -> {
            // What its owner may change is not compared.
            if (!path.startsWith("etc/")) {
                text.append(sum).append("  ").append(path).append('\n');
            }
        });
        return text.toString();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }
}
