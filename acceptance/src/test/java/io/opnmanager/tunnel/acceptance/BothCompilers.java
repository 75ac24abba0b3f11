package io.opnmanager.tunnel.acceptance;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For classes whose programs move many bytes: these are started with both compilers, of which only
 * the second uses the processor's instructions for AES. All others do with the first (system
 * property {@code programs.flags}), with which they start sooner.
 */
final class BothCompilers implements BeforeAllCallback, AfterAllCallback {
    private static final String FLAGS = "programs.flags";

    private @Nullable String before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = System.clearProperty(FLAGS);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (before != null) {
            System.setProperty(FLAGS, before);
        }
    }
}
