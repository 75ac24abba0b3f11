package io.opnmanager.tunnel.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;

/**
 * What the broker answered.
 *
 * @param status HTTP status
 * @param body JSON; a missing node when there was none or something else
 * @param text the body as it came
 * @param headers its headers
 */
public record Answer(int status, JsonNode body, String text, HttpHeaders headers) {

    /** The stable code of a problem document, empty for other answers. */
    public String code() {
        return body.path("code").asText("");
    }

    /** Whether it was done. */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
