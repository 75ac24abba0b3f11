package io.opnmanager.tunnel.contract.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Security;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecurityProvidersTest {
    private static final String FIRST = "security.provider.";

    private final String[] before = new String[100];

    @BeforeEach
    void remember() {
        for (int i = 1; i < before.length; i++) {
            before[i] = Security.getProperty(FIRST + i);
        }
    }

    @AfterEach
    void restore() {
        for (int i = 1; i < before.length && before[i] != null; i++) {
            Security.setProperty(FIRST + i, before[i]);
        }
    }

    private static Set<String> entries() {
        Set<String> entries = new LinkedHashSet<>();
        for (int i = 1; Security.getProperty(FIRST + i) != null; i++) {
            entries.add(Security.getProperty(FIRST + i));
        }
        return entries;
    }

    @Test
    void what_tls_and_ssh_need_stays_in_its_order_and_the_rest_is_left_out() {
        assertThat(entries()).contains("XMLDSig", "SunPCSC");

        SecurityProviders.leaveOutUnused();

        assertThat(entries()).containsExactly("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE");
    }

    @Test
    void a_provider_that_the_owner_has_put_first_stays_there() {
        Security.setProperty(FIRST + 1, "Another argument");

        SecurityProviders.leaveOutUnused();

        assertThat(entries())
                .containsExactly("Another argument", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE");
    }
}
