package io.opnmanager.tunnel.acceptance;

import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Keeps what everybody at a browser saw when a test failed: screenshots, and traces for
 * trace.playwright.dev, in {@code acceptance/target/evidence}.
 */
final class Evidence implements TestExecutionExceptionHandler {

    private static final Path FOLDER = Project.root().resolve("acceptance/target/evidence");

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure)
            throws Throwable {
        Path folder =
                FOLDER.resolve(context.getRequiredTestClass().getSimpleName())
                        .resolve(context.getRequiredTestMethod().getName());
        for (Person person : Person.PRESENT) {
            try {
                person.keepEvidence(folder);
            } catch (PlaywrightException e) {
                failure.addSuppressed(e);
            }
            for (String complaint : person.complaints()) {
                failure.addSuppressed(new Complaint(complaint));
            }
        }
        // Told once: somebody may stay for the tests that follow.
        Person.PRESENT.clear();
        throw failure;
    }

    /** What a browser said, beside the failure that it may explain. */
    static final class Complaint extends Exception {
        private static final long serialVersionUID = 1;

        Complaint(String text) {
            super(text, null, false, false);
        }
    }
}
