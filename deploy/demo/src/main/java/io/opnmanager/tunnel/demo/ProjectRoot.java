package io.opnmanager.tunnel.demo;

import java.nio.file.Path;

/**
 * The folder of the whole build, where the jars of broker and agents are: system property {@code
 * project.root}, else the working folder.
 */
public final class ProjectRoot {

    private ProjectRoot() {}

    /** Its absolute path. */
    public static Path path() {
        return Path.of(System.getProperty("project.root", "")).toAbsolutePath().normalize();
    }

    /** The jar that starts a module. */
    static Path jar(String module) {
        return path().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }
}
