package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.acceptance.HandBrowser.Seen;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.net.URI;

/** The way into one session, step by step, as the console and a browser go it together. */
record SessionDoor(World world, long request, String host) {

    static final String ENTERING = "__Host-opnmanager-entering";
    static final String SESSION = "__Host-opnmanager-session";

    static SessionDoor of(World world, JsonNode active) {
        URI url = URI.create(active.path("session_url").asText());
        return new SessionDoor(world, active.path("id").asLong(), url.getAuthority());
    }

    HandBrowser browser() {
        return new HandBrowser(world.broker().uri(), world.broker().certificates().clientContext());
    }

    /** The browser asks to be let in and is sent to the console with this challenge. */
    String challenge(HandBrowser browser) throws IOException {
        Seen sent = browser.get(host, "/.opnmanager/enter");
        assertThat(sent.status()).isEqualTo(303);
        String location = sent.header("location").orElseThrow();
        String begin = "https://console.test/connect?request=" + request + "&challenge=";
        assertThat(location).startsWith(begin);
        return location.substring(begin.length());
    }

    Answer ask(OperatorClient operator, String challenge) throws Exception {
        return operator.call(
                "POST",
                "/api/v1/requests/" + request + "/entries",
                OperatorClient.object().put("challenge", challenge));
    }

    String ticket(OperatorClient operator, String challenge) throws Exception {
        Answer made = ask(operator, challenge);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.body().path("url").asText())
                .isEqualTo("https://" + host + "/.opnmanager/enter");
        return made.body().path("ticket").asText();
    }

    Seen show(HandBrowser browser, String ticket) throws IOException {
        return browser.post(
                host,
                "/.opnmanager/enter",
                "ticket=" + ticket,
                "Content-Type: application/x-www-form-urlencoded",
                "Origin: https://console.test");
    }

    /** All steps: a browser that was let in. */
    HandBrowser entered() throws Exception {
        HandBrowser browser = browser();
        Seen in = show(browser, ticket(world.operator(), challenge(browser)));
        assertThat(in.status()).as(in.body()).isEqualTo(303);
        assertThat(in.header("location")).contains("/");
        return browser;
    }

    Seen beat(HandBrowser browser, String tab) throws IOException {
        return browser.post(host, "/.opnmanager/presence", tab, "Sec-Fetch-Site: same-origin");
    }

    Seen farewell(HandBrowser browser, String tab) throws IOException {
        return browser.post(host, "/.opnmanager/left", tab, "Sec-Fetch-Site: same-origin");
    }
}
