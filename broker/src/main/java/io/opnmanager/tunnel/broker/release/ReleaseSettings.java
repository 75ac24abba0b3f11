package io.opnmanager.tunnel.broker.release;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.Optional;

/** Keys of the release that agents are installed and updated from. */
@ConfigMapping(prefix = "opnmanager.release")
interface ReleaseSettings {

    /** Scheme, host and port, in characters that no shell expands. */
    String ADDRESS =
            "https://([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:]{2,45}])(:[0-9]{1,5})?|http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?";

    /**
     * Folder with a release, as {@code deploy/release/release.sh} makes it. Default: no release, no
     * enrolment lines, no updates. What its list names is served to everybody.
     */
    Optional<Path> folder();

    /**
     * SHA-256 of the file {@code release-key.pem} of the folder, 64 hexadecimal digits: the one key
     * that is believed. It also stands in enrolment lines. Has to be set with the folder, because
     * whoever can write a release there could write another key as well.
     */
    Optional<@Pattern(regexp = "[0-9a-f]{64}") String> keySha256();

    /**
     * The broker as firewalls reach it, {@code https://host} or {@code https://host:port}; plain
     * HTTP for loopback only. Stands in enrolment lines; without it there are none. Never taken
     * from a request, whose Host anybody may choose.
     */
    Optional<@Pattern(regexp = ADDRESS) String> brokerUrl();

    /**
     * Public key of the certificate that firewalls see at {@link #brokerUrl}, {@code
     * sha256/<base64>} of its SubjectPublicKeyInfo: for an authority that firewalls do not know.
     * Behind a reverse proxy it is the proxy's. Stands in enrolment lines, and agents pin it at
     * their enrolment. Default: they check the certificate against their system's authorities.
     */
    Optional<@Pattern(regexp = "sha256/[A-Za-z0-9+/]{43}=") String> brokerPin();

    /** Image that lines for containers start, with its tag or digest. Default: no such lines. */
    Optional<@Pattern(regexp = "[a-z0-9][A-Za-z0-9._/:@-]{0,254}") String> image();

    /** So many agents on which a version failed halt its rollout. 1 to 10000. */
    @WithDefault("3")
    @Min(1)
    @Max(10_000)
    int failures();
}
