package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.SignedRelease;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console of a broker with a release: enrolment by one line, and the rollout. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Evidence.class)
class ReleaseInChromiumTest {

    private static final String MARKUP = "<img src=x onerror=\"document.title='taken'\">";

    private ConsoleWorld console;
    private Person person;

    @BeforeAll
    void start() throws Exception {
        SignedRelease release = Releases.published("rollout", "2.0.0");
        console = ConsoleWorld.start("rollout", release);
    }

    @AfterAll
    void end() {
        console.close();
    }

    @BeforeEach
    void sitDown() throws Exception {
        person = console.administrator("administrator", Look.LIGHT);
    }

    @AfterEach
    void nothingToComplainAbout() {
        assertThat(person.complaints()).isEmpty();
        person.close();
    }

    @Test
    void one_line_enrols_a_firewall_and_the_page_turns_green() throws Exception {
        Path home = PrivateFile.folder(console.world().folder().resolve("pasted"));
        Page page = console.open(person, "/enrol");
        page.fill("[data-test=name]", "by-one-line");
        page.selectOption("[data-test=kind]", "opnsense");
        page.click("[data-test=make-firewall]");
        assertThat(page.locator("[data-test=kind-opnsense]")).isChecked();
        assertThat(page.locator("[data-test=kind-debian]")).hasCount(1);
        assertThat(page.locator("[data-test=kind-container]")).hasCount(0);

        page.click("[data-test=make-line]");
        assertThat(page.locator("[data-test=waiting]")).containsText("works once");
        Locator line = page.locator("[data-test=enrolment-line] pre");
        assertThat(page.locator("main")).containsText("A secret stands in it");
        Accessibility.assertNoViolations(page, "enrolment line");

        try (Program pasted =
                Program.start(
                        "tcsh",
                        home,
                        List.of("tcsh", "-f", "-c", line.innerText()),
                        Map.of("HOME", home.toString()))) {
            assertThat(pasted.awaitExit(Eventually.TOLD)).as(pasted.output()).isZero();
        }

        assertThat(page.locator("[data-test=arrived]")).isVisible();
        assertThat(page.locator("[data-test=enrolment-line]")).hasCount(0);
    }

    @Test
    void by_hand_is_still_there() {
        Page page = console.open(person, "/enrol?firewall=" + console.world().firewall().id());

        page.click("[data-test=make-token]");

        assertThat(page.locator("[data-test=enrolment-token]")).hasCount(1);
        assertThat(page.locator("[data-test=no-line]")).hasCount(0);
    }

    @Test
    void a_rollout_is_begun_watched_halted_and_goes_on() throws Exception {
        long id = console.world().operator().createFirewall("updated", "https://localhost:443");
        EnrolledFirewall firewall =
                EnrolledFirewall.enrolled(
                        console.world(),
                        id,
                        EnrolledFirewall.ask(console.world().operator().enrolmentToken(id)));
        OperatorClient agent = firewall.client(console.world());
        checkin(agent, id, "none", "");
        Page page = console.open(person, "/rollout");
        assertThat(page.locator("[data-test=percentage]")).hasText("0 %");
        assertThat(count(page, "waiting")).hasText("1");

        page.click("[data-test=choose-percentage]");
        page.fill("input[name=percentage]", "100");
        page.click("[data-test=dialog-act]");
        assertThat(page.locator("[data-test=percentage]")).hasText("100 %");
        assertThat(checkin(agent, id, "none", "").body().at("/update/version").asText())
                .isEqualTo("2.0.0");
        assertThat(count(page, "offered")).hasText("1");
        Page about = console.open(person, "/firewalls/" + id);
        assertThat(about.locator("[data-test=update]")).containsText("offered 2.0.0");

        checkin(agent, id, "went_back", MARKUP);
        assertThat(count(page, "went_back")).hasText("1");
        assertThat(page.locator("[data-row='" + id + "']")).containsText(MARKUP);
        assertThat(about.locator("[data-test=update]")).containsText("went back 2.0.0 " + MARKUP);
        assertThat(page.locator("main img").count() + about.locator("main img").count()).isZero();
        page.selectOption("[data-test=state]", "confirmed");
        assertThat(page.locator("main")).containsText("There are none.");
        page.selectOption("[data-test=state]", "went_back");
        assertThat(page.locator("[data-row]")).hasCount(1);

        page.click("[data-test=halt]");
        assertThat(page.locator("[data-test=halted]")).isVisible();
        Accessibility.assertNoViolations(page, "halted rollout");
        page.click("[data-test=go-on]");
        page.click("[data-test=dialog-act]");
        assertThat(page.locator("[data-test=halted]")).hasCount(0);
    }

    private static Locator count(Page page, String what) {
        return page.locator("[data-count=" + what + "] .big");
    }

    private static Answer checkin(OperatorClient agent, long id, String state, String detail)
            throws Exception {
        ObjectNode checkin =
                OperatorClient.object().put("firewall_id", id).put("agent_version", "sh-1.0.0");
        checkin.putObject("update")
                .put("enabled", true)
                .put("version", "2.0.0")
                .put("state", state)
                .put("detail", detail);
        Answer answer = agent.call("POST", "/api/agent_checkin", checkin);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }
}
