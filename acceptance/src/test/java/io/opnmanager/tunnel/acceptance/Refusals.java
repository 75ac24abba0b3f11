package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Answer;
import java.util.List;

/** How the API refuses. */
final class Refusals {

    private Refusals() {}

    static void assertProblem(Answer answer, int status, String code) {
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .as("%s %s", answer.status(), answer.text())
                .startsWith("application/problem+json");
        assertThat(List.of(answer.status(), answer.code()))
                .as(answer.text())
                .isEqualTo(List.of(status, code));
        assertThat(answer.body().path("status").asInt()).isEqualTo(status);
        assertThat(answer.body().path("detail").asText()).isNotBlank();
    }
}
