package io.opnmanager.tunnel.broker.request;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.ext.Provider;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Installed scripts call {@code /api/quickconnect_check.php}. The suffix is taken off before a
 * method is looked for; access is decided on methods, so it opens nothing.
 */
@Provider
@PreMatching
class PhpSuffix implements ContainerRequestFilter {

    private static final Pattern AGENT_PATH = Pattern.compile("/api/([a-z_]+)\\.php");

    @Override
    public void filter(ContainerRequestContext request) {
        Matcher path = AGENT_PATH.matcher(request.getUriInfo().getRequestUri().getRawPath());
        if (path.matches()) {
            request.setRequestUri(
                    request.getUriInfo()
                            .getRequestUriBuilder()
                            .replacePath("/api/" + path.group(1))
                            .build());
        }
    }
}
