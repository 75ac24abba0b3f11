package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.tunnelctl.remote.ClientCertificate;
import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A service of the gateway's configuration, with a certificate of one's own. */
public final class Service implements Upstream {

    private final String name;
    private final Gateway gateway;
    private final Place place;
    private final Credential credential;

    /** Where the gateway is. */
    public record Place(String host, int port) {}

    /** The server name chooses the service. */
    public Service(String name, Gateway gateway, Place place, Credential credential) {
        this.name = name;
        this.gateway = gateway;
        this.place = place;
        this.credential = credential;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public GatewayLine dial(Duration patience) throws IOException, InterruptedException {
        return Dialling.within(
                patience, left -> gateway.dial(place.host(), place.port(), name, credential.tls()));
    }

    /** Certificate, key and authorities in files, read again when they change. */
    public static final class Credential {

        private final Path certificate;
        private final Path key;
        private final @Nullable Path caFile;

        /** Both guarded by this. */
        private List<FileTime> read = List.of();

        private @Nullable SSLContext tls;

        /**
         * Reads it for the first time.
         *
         * @throws IllegalArgumentException when the files cannot be used
         */
        public Credential(Path certificate, Path key, @Nullable Path caFile) {
            this.certificate = certificate;
            this.key = key;
            this.caFile = caFile;
            try {
                var _ = tls();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "certificate: wanted readable files, found " + e.getMessage(), e);
            }
        }

        synchronized SSLContext tls() throws IOException {
            List<FileTime> now = times();
            SSLContext known = tls;
            if (known != null && now.equals(read)) {
                return known;
            }
            String pem =
                    certificate.equals(key)
                            ? Files.readString(key)
                            : Files.readString(key) + "\n" + Files.readString(certificate);
            try {
                SSLContext fresh =
                        ClientCertificate.parse(pem, certificate + ", " + key).tls(caFile);
                tls = fresh;
                read = now;
                return fresh;
            } catch (IllegalArgumentException e) {
                if (known == null) {
                    throw e;
                }
                // In the middle of being replaced: what was good until now still is.
                return known;
            }
        }

        private List<FileTime> times() throws IOException {
            return List.of(
                    Files.getLastModifiedTime(certificate),
                    Files.getLastModifiedTime(key),
                    caFile == null ? FileTime.fromMillis(0) : Files.getLastModifiedTime(caFile));
        }
    }
}
