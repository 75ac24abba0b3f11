package io.opnmanager.tunnel.demo;

import java.nio.file.Path;

/**
 * The folder of the whole build, where the programs are: system property {@code project.root}, else
 * the working folder.
 */
public final class ProjectRoot {

    private ProjectRoot() {}

    /** Its absolute path. */
    public static Path path() {
        return Path.of(System.getProperty("project.root", "")).toAbsolutePath().normalize();
    }
}
