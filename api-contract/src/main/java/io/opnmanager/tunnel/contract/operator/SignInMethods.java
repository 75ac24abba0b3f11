package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * How one can sign in here.
 *
 * @param password with name and password
 * @param openid with OpenID Connect, at {@code /api/v1/sign-in/openid}
 * @param certificate whether this connection shows a TLS client certificate to sign in with
 * @param device with OpenID Connect from a program without a browser, at {@code
 *     /api/v1/sign-in/device}
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SignInMethods(
        boolean password, boolean openid, boolean certificate, boolean device) {}
