package io.opnmanager.tunnel.benchmarks.fleet;

import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.SunJCESecurityProviderRegistrar;
import org.apache.sshd.common.util.security.bouncycastle.BouncyCastleSecurityProviderRegistrar;

/** The providers of the SSH library, as the agent chooses them; before its first use. */
final class Cryptography {

    private Cryptography() {}

    static void choose() {
        System.setProperty(
                SecurityUtils.SECURITY_PROVIDER_REGISTRARS,
                SunJCESecurityProviderRegistrar.class.getName()
                        + ","
                        + BouncyCastleSecurityProviderRegistrar.class.getName());
    }
}
