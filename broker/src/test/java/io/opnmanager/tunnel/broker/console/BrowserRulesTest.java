package io.opnmanager.tunnel.broker.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class BrowserRulesTest {

    @Test
    void forms_may_go_to_the_hosts_of_sessions() {
        assertThat(BrowserRules.policyFor(Set.of("https://*.sessions.example:8443")))
                .contains("; form-action 'self' https://*.sessions.example:8443; ");
    }

    @Test
    void what_another_node_wrote_into_its_row_cannot_add_a_rule() {
        assertThat(
                        BrowserRules.policyFor(
                                Set.of(
                                        "https://*.a.example; script-src *",
                                        "https://* https://evil.example",
                                        "https://evil.example",
                                        "javascript://*.a.example")))
                .contains("; form-action 'self' ; ")
                .doesNotContain("evil", "script-src *", "javascript");
    }
}
