package io.opnmanager.tunnel.acceptance;

import io.opnmanager.tunnel.demo.SignedRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Releases to start a broker with, beside the folder of its world, which is emptied. */
final class Releases {

    /**
     * Installs nothing, and enrols: notes what it was called with and what {@code ps} shows
     * everybody meanwhile, and hands its standard input to the agent of the release.
     */
    static final String INSTALLER =
            """
            #!/bin/sh
            set -eu
            echo "$*" >"$HOME/arguments"
            broker= pin=
            while [ $# -gt 0 ]; do
                case $1 in
                    --broker) broker=$2 ;;
                    --pinned-key) pin=$2 ;;
                esac
                shift 2
            done
            ps -eo args >"$HOME/processes"
            curl -fsSk --pinnedpubkey "sha256//${pin#sha256/}" -o "$HOME/agent" "$broker/api/release/opnmanager-agent"
            exec sh "$HOME/agent" --state "$HOME/state" enrol --broker "$broker" --pinned-key "$pin"
            """;

    private Releases() {}

    /** A release with both agents, of which the one without Java is real. */
    static SignedRelease published(String world, String version) throws IOException {
        Path folder = DatabaseServer.FOLDER.resolve(world + "-release");
        Folders.delete(folder);
        SignedRelease release = SignedRelease.in(folder);
        return publish(release, version, INSTALLER);
    }

    static SignedRelease publish(SignedRelease release, String version, String installer)
            throws IOException {
        return release.publish(
                version,
                Map.of(
                        "installer any install.sh",
                        installer,
                        "sh-agent any opnmanager-agent",
                        Files.readString(ShellFirewall.SCRIPT),
                        "deb amd64 opnmanager-agent_%s_amd64.deb".formatted(version),
                        "no package"));
    }
}
