package io.opnmanager.tunnel.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/**
 * Every route of {@code openapi.yaml} is called by every role with every kind of credential, within
 * reach and outside, for own things and for those of others. A route without a {@link RouteRule}
 * fails.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(RightsGridTest.WithCertificates.class)
class RightsGridTest {

    private static final Path FOLDER = Path.of("target", "rights-grid").toAbsolutePath();
    private static final boolean[] OF_OTHERS = {false};
    private static final boolean[] OWN_AND_OF_OTHERS = {true, false};

    private static final Set<String> METHODS =
            Set.of("get", "post", "put", "patch", "delete", "head", "options", "trace");

    /** The keys of this test. */
    public static class WithCertificates implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                ClientAuthority authority = ClientAuthority.make(FOLDER);
                for (String name : GridWorld.commonNames()) {
                    authority.issue(name, "CN=" + name, Duration.ofDays(1));
                }
                Certificates server = Certificates.make(FOLDER);
                return Map.of(
                        "opnmanager.client-certificates.enabled",
                        "true",
                        "quarkus.tls.trust-store.pem.certs",
                        authority.file().toString(),
                        "quarkus.tls.key-store.pem.\"0\".cert",
                        server.certificateFile().toString(),
                        "quarkus.tls.key-store.pem.\"0\".key",
                        server.keyFile().toString(),
                        "quarkus.http.test-ssl-port",
                        "0",
                        // No agent comes, and what is pending shall stay so.
                        "opnmanager.request.establish",
                        "1h");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @TestHTTPResource(value = "/", tls = true)
    URI secure = URI.create("");

    /** Made once: its people sign in with memory-hard hashes. */
    private static @Nullable GridWorld world;

    private GridWorld world() throws IOException {
        GridWorld made = world == null ? new GridWorld(FOLDER, secure) : world;
        world = made;
        return made;
    }

    static Stream<RouteRule> rules() {
        return RouteRule.ALL.stream();
    }

    @Test
    void every_route_of_the_document_has_a_rule_and_every_rule_a_route() throws IOException {
        assertThat(RouteRule.ALL.stream().map(RouteRule::route))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(routes());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void whoever_may_is_answered_and_everybody_else_is_refused(RouteRule rule) throws Exception {
        GridWorld world = world();
        List<String> differences = new ArrayList<>();
        for (GridCaller caller : world.callers()) {
            for (boolean own :
                    rule.isAboutRequest() && caller.hasRequests() ? OWN_AND_OF_OTHERS : OF_OTHERS) {
                String wanted = rule.wanted(caller, own);
                String found = world.answer(rule, caller, own);
                if (!found.equals(wanted)) {
                    differences.add(
                            "%s%s: wanted %s, found %s"
                                    .formatted(caller, own ? ", own" : "", wanted, found));
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    private static Set<String> routes() throws IOException {
        Set<String> routes = new TreeSet<>();
        try (InputStream document =
                TunnelRequest.class.getResourceAsStream("/META-INF/openapi.yaml")) {
            Map<String, Map<String, Map<String, ?>>> openapi = new Yaml().load(document);
            openapi.getOrDefault("paths", Map.of())
                    .forEach((path, operations) ->
                            operations.keySet().stream()
                                    .filter(METHODS::contains)
                                    .map(method -> method.toUpperCase(Locale.ROOT))
                                    .forEach(method -> routes.add(method + " " + path)));
        }
        return routes;
    }
}
