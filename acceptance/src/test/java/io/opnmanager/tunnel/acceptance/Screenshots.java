package io.opnmanager.tunnel.acceptance;

import com.microsoft.playwright.Page;
import java.nio.file.Path;

/** Pictures of every page, for people: {@code acceptance/target/screenshots}. */
final class Screenshots {

    private static final Path FOLDER = Project.root().resolve("acceptance/target/screenshots");

    private Screenshots() {}

    static void take(Page page, String name, Look look) {
        page.screenshot(
                new Page.ScreenshotOptions()
                        .setPath(FOLDER.resolve(name + "-" + look.suffix() + ".png"))
                        .setFullPage(true));
    }
}
