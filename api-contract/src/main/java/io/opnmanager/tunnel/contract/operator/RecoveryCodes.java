package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * For the day the authenticator is lost; shown once.
 *
 * @param codes ten, each works once instead of a code
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RecoveryCodes(List<String> codes) {
    /** Without the codes: this record may appear in a log. */
    @Override
    public String toString() {
        return "RecoveryCodes[]";
    }
}
