package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.ClientAuthority;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRL;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long it counts that a chain was found in order. */
class CheckedChainsTest {

    @TempDir Path folder;

    private ClientAuthority authority;
    private Instant now = Instant.now();

    @BeforeEach
    void makeAuthority() throws Exception {
        authority = ClientAuthority.make(folder);
    }

    private X509Certificate[] chain(String name, Duration validity) throws Exception {
        Path file = authority.issue(name, "CN=" + name, validity);
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        String first = pem.substring(0, pem.indexOf("-----BEGIN PRIVATE KEY"));
        return new X509Certificate[] {
            (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(
                                            first.getBytes(StandardCharsets.US_ASCII)))
        };
    }

    private CheckedChains chains(Collection<? extends CRL> lists) {
        return new CheckedChains(lists, () -> now);
    }

    @Test
    void a_chain_is_good_once_it_was_found_good_and_no_other_is() throws Exception {
        CheckedChains chains = chains(List.of());
        X509Certificate[] kim = chain("kim", Duration.ofDays(1));
        assertThat(chains.isGood(kim)).isFalse();

        chains.add(kim);

        assertThat(chains.isGood(kim)).isTrue();
        assertThat(chains.isGood(chain("kim", Duration.ofDays(1)))).isFalse();
        assertThat(chains.isGood(new X509Certificate[] {kim[0], kim[0]})).isFalse();
    }

    @Test
    void a_chain_is_good_within_its_time_only() throws Exception {
        CheckedChains chains = chains(List.of());
        X509Certificate[] kim = chain("kim", Duration.ofDays(1));
        chains.add(kim);
        Instant begun = now;

        now = begun.plus(Duration.ofHours(25));
        assertThat(chains.isGood(kim)).isFalse();

        now = begun.minus(Duration.ofHours(1));
        assertThat(chains.isGood(kim)).isFalse();
    }

    @Test
    void nothing_is_good_any_more_when_a_list_is_too_old() throws Exception {
        Collection<? extends CRL> lists;
        try (InputStream list = Files.newInputStream(authority.revoke("none.crl"))) {
            lists = CertificateFactory.getInstance("X.509").generateCRLs(list);
        }
        CheckedChains chains = chains(lists);
        X509Certificate[] kim = chain("kim", Duration.ofDays(9));
        chains.add(kim);
        assertThat(chains.isGood(kim)).isTrue();

        // It says that the next one comes within a day.
        now = now.plus(Duration.ofHours(25));

        assertThat(chains.isGood(kim)).isFalse();
    }

    @Test
    void the_thousand_that_were_asked_for_last_are_remembered() throws Exception {
        CheckedChains chains = chains(List.of());
        X509Certificate[] kim = chain("kim", Duration.ofDays(1));
        X509Certificate[] lee = chain("lee", Duration.ofDays(1));
        chains.add(kim);
        chains.add(lee);
        for (int length = 2; length <= 1_000; length++) {
            assertThat(chains.isGood(kim)).isTrue();
            X509Certificate[] longer = new X509Certificate[length];
            Arrays.fill(longer, kim[0]);
            chains.add(longer);
        }

        assertThat(chains.isGood(kim)).isTrue();
        assertThat(chains.isGood(lee)).isFalse();
    }
}
