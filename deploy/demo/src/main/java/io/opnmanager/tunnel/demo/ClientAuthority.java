package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;

/** A small authority for the TLS client certificates of operators, as files for curl. */
public final class ClientAuthority {

    private final Path folder;
    private final Identity authority;
    private final Map<String, BigInteger> serials = new HashMap<>();

    private ClientAuthority(Path folder, Identity authority) {
        this.folder = folder;
        this.authority = authority;
    }

    /** Makes a new one in the folder. */
    public static ClientAuthority make(Path folder) throws IOException {
        PrivateFile.folder(folder);
        var made =
                new ClientAuthority(
                        folder,
                        Identity.selfSigned(
                                "CN=OPNManager Tunnel operators",
                                Identity.Use.AUTHORITY,
                                Duration.ofDays(397)));
        PrivateFile.write(made.file(), made.authority.certificatePem());
        return made;
    }

    /** Its certificate: what a broker has to trust. */
    public Path file() {
        return folder.resolve("operators-ca.pem");
    }

    /**
     * Makes a certificate and its key, in one PEM file.
     *
     * @param subject for example {@code CN=ada}
     * @param validity from five minutes ago on
     * @param names further names, each with its kind
     */
    public Path issue(String file, String subject, Duration validity, GeneralName... names)
            throws IOException {
        Identity client = authority.signClient(subject, validity, names);
        serials.put(file, client.certificate().getSerialNumber());
        Path path = folder.resolve(file + ".pem");
        Files.deleteIfExists(path);
        PrivateFile.write(path, client.certificatePem() + client.keyPem());
        return path;
    }

    /**
     * Writes the list of those that are no longer good.
     *
     * @param list name of its file
     * @param files of certificates that this has issued
     */
    public Path revoke(String list, String... files) throws IOException {
        Path path = folder.resolve(list);
        Files.writeString(
                path,
                authority.revocationListPem(
                        Stream.of(files)
                                .map(file -> Objects.requireNonNull(serials.get(file), file))
                                .toList()));
        return path;
    }
}
