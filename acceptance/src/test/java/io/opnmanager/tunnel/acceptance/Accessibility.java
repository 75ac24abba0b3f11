package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import java.util.List;

/** What axe-core finds wrong with a page. */
final class Accessibility {

    private Accessibility() {}

    /** Nothing is. */
    static void assertNoViolations(Page page, String what) {
        List<String> violations =
                new AxeBuilder(page)
                        .analyze().getViolations().stream()
                                .flatMap(rule ->
                                        rule.getNodes().stream()
                                                .map(node ->
                                                        rule.getId()
                                                                + ": "
                                                                + node.getTarget()
                                                                + " "
                                                                + node.getFailureSummary()))
                                .toList();
        assertThat(violations).as(what).isEmpty();
    }
}
