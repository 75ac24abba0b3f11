package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.demo.SignedRelease;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A broker with a release, which two failures halt. */
public class ReleaseWorld implements QuarkusTestProfile {

    static final String INSTALLER = "#!/bin/sh\necho installed\n";
    static final String BROKER = "https://tunnel.example.net";
    static final String PIN = "sha256/" + "A".repeat(43) + "=";

    private static final Path FOLDER = Path.of("target", "release", "folder").toAbsolutePath();

    /** The folder; whoever asks writes into the same. */
    static SignedRelease release() throws IOException {
        return SignedRelease.in(FOLDER);
    }

    /** Puts a release of both agents there. */
    static SignedRelease publish(String version) throws IOException {
        return release()
                .publish(
                        version,
                        Map.of(
                                "installer any install.sh",
                                INSTALLER,
                                "sh-agent any opnmanager-agent",
                                "agent " + version,
                                "deb amd64 opnmanager-agent_1_amd64.deb",
                                "package " + version));
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            return Map.of(
                    "opnmanager.release.folder",
                    FOLDER.toString(),
                    "opnmanager.release.key-sha256",
                    publish("1.0.0").keySha256(),
                    "opnmanager.release.broker-url",
                    BROKER,
                    "opnmanager.release.broker-pin",
                    PIN,
                    "opnmanager.release.failures",
                    "2");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
