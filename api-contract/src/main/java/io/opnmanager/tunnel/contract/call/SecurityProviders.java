package io.opnmanager.tunnel.contract.call;

import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves the JDK's providers out that no agent uses. One that the cut-down runtime lacks is looked
 * for on the class path by whoever asks for an algorithm that the others do not have, as TLS does
 * at its first use: that makes an instance of every provider found there, and Bouncy Castle's loads
 * six hundred classes for it.
 */
public final class SecurityProviders {

    /** Kerberos, SASL, XML signatures, smart cards, directories. */
    private static final Set<String> UNUSED =
            Set.of("SunJGSS", "SunSASL", "XMLDSig", "SunPCSC", "JdkLDAP", "JdkSASL", "SunPKCS11");

    private static final String KEY = "security.provider.";

    private SecurityProviders() {}

    /** Before anything asks for an algorithm: the list is read once. */
    public static void leaveOutUnused() {
        List<String> used = new ArrayList<>();
        int all = 0;
        for (String entry = entry(1); entry != null; entry = entry(all + 1)) {
            all++;
            if (!UNUSED.contains(entry.strip())) {
                used.add(entry);
            }
        }
        for (int i = 1; i <= all && !used.isEmpty(); i++) {
            // An entry cannot be removed; one that is there twice counts once.
            Security.setProperty(KEY + i, used.get(Math.min(i, used.size()) - 1));
        }
    }

    private static @Nullable String entry(int number) {
        return Security.getProperty(KEY + number);
    }
}
