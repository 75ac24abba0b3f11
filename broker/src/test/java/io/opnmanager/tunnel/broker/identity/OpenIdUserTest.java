package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.contract.operator.Role;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What claims make of somebody; the claims of every test are those of an administrator. */
class OpenIdUserTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The keys, with these beside the defaults. */
    static OpenIdConfiguration keys(String... pairs) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            var _ = values.put("opnmanager.openid." + pairs[i], pairs[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(OpenIdConfiguration.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(OpenIdConfiguration.class);
    }

    private static OpenIdUser user(String claims, String... keys) throws JsonProcessingException {
        ObjectNode whole =
                (ObjectNode)
                        JSON.readTree(
                                """
                                {"iss": "https://sso.example.net", "sub": "4711",
                                 "preferred_username": "ada", "roles": "opnmanager-administrator"}
                                """);
        return OpenIdUser.of(whole.setAll((ObjectNode) JSON.readTree(claims)), keys(keys));
    }

    private static void assertRefused(OpenIdRefusal why, String claims, String... keys) {
        assertThatThrownBy(() -> user(claims, keys))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.why()).isEqualTo(why));
    }

    @Test
    void issuer_and_subject_say_who_it_is() throws Exception {
        assertThat(user("{}").account())
                .isEqualTo(new OpenIdUser.Account("https://sso.example.net", "4711"));
        assertRefused(OpenIdRefusal.FAILED, "{\"sub\": \"\"}");
        assertRefused(OpenIdRefusal.FAILED, "{\"iss\": \"" + "x".repeat(256) + "\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "Ada.Lovelace,ada.lovelace",
        "EXAMPLE\\ada,example-ada",
        "_ada,ada",
        "ad\u00e4,ad-",
    })
    void a_name_is_made_one_that_an_operator_may_have(String told, String name) throws Exception {
        String claims = JSON.writeValueAsString(Map.of("preferred_username", told));
        assertThat(user(claims).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"preferred_username\": null}",
                "{\"preferred_username\": 7}",
                "{\"preferred_username\": \"._-\"}",
                "{\"preferred_username\": [\"ada\", \"administrator\"]}",
            })
    void who_has_no_name_is_refused(String claims) {
        assertRefused(OpenIdRefusal.NO_NAME, claims);
    }

    @Test
    void a_mail_address_is_a_name_only_when_the_provider_has_checked_it() throws Exception {
        String[] byMail = {"name-claim", "email"};
        String mail = "{\"email\": \"ada@example.net\"%s}";
        assertThat(user(mail.formatted(", \"email_verified\": true"), byMail).name())
                .isEqualTo("ada-example.net");
        assertRefused(OpenIdRefusal.NO_NAME, mail.formatted(""), byMail);
        assertRefused(OpenIdRefusal.NO_NAME, mail.formatted(", \"email_verified\": false"), byMail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"opnmanager-viewer\", \"opnmanager-operator\"] | OPERATOR",
                "[\"else\", \"opnmanager-viewer\", 7]             | VIEWER",
                "\"opnmanager-operator\"                          | OPERATOR",
            })
    void the_highest_of_the_roles_counts(String roles, Role role) throws Exception {
        assertThat(user("{\"roles\": " + roles + "}").role()).isEqualTo(role);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null",
                "[]",
                "true",
                "\"OPNMANAGER-ADMINISTRATOR\"",
                "[[\"opnmanager-administrator\"]]",
                "{\"0\": \"opnmanager-administrator\"}",
            })
    void who_has_no_role_is_refused(String roles) {
        assertRefused(OpenIdRefusal.NO_ROLE, "{\"roles\": " + roles + "}");
    }

    @Test
    void a_claim_is_found_by_its_whole_name_or_as_a_path() throws Exception {
        assertThat(
                        user(
                                        "{\"realm_access\": {\"roles\": [\"opnmanager-viewer\"]}}",
                                        "role-claim",
                                        "realm_access/roles")
                                .role())
                .isEqualTo(Role.VIEWER);
        assertThat(
                        user(
                                        "{\"https://example.net/roles\": \"opnmanager-viewer\"}",
                                        "role-claim",
                                        "https://example.net/roles")
                                .role())
                .isEqualTo(Role.VIEWER);
    }

    @Test
    void tags_limit_only_when_their_claim_is_named_and_none_is_never_all() throws Exception {
        String[] byTags = {"tags-claim", "tags"};
        assertThat(user("{\"tags\": [\"north\"]}").tags()).isEmpty();
        assertThat(user("{\"tags\": [\"south\", \"north\"]}", byTags).tags())
                .containsExactly("north", "south");
        assertThat(user("{\"tags\": [\"north\", \"*\"]}", byTags).tags()).isEmpty();
        assertRefused(OpenIdRefusal.NO_TAGS, "{}", byTags);
        assertRefused(OpenIdRefusal.NO_TAGS, "{\"tags\": []}", byTags);
        assertRefused(OpenIdRefusal.NO_TAGS, "{\"tags\": [\"north south\"]}", byTags);
    }

    @ParameterizedTest
    @CsvSource({
        "http://sso.example.net/, 'opnmanager.openid.url: wanted https, or http on loopback, found http://sso.example.net/'",
        "https://sso.example.net/, 'opnmanager.openid.client-id: wanted a value, because opnmanager.openid.enabled is true'",
    })
    void what_is_enabled_and_not_safe_or_not_whole_does_not_start(String url, String message) {
        OpenIdConfiguration keys = keys("enabled", "true", "url", url);
        assertThatThrownBy(() -> new OpenIdProvider(keys))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
    }

    @Test
    void it_is_off_unless_wanted_and_then_nothing_is_looked_at() {
        assertThat(new OpenIdProvider(keys("url", "http://sso.example.net/")).isEnabled())
                .isFalse();
    }
}
