package io.opnmanager.tunnel.agent.transport;

import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.SunJCESecurityProviderRegistrar;

/**
 * Which providers the SSH library uses. Every class here that touches it calls this first: the
 * library reads the property once.
 */
final class Cryptography {
    private Cryptography() {}

    /** The JDK's alone; of Bouncy Castle the library takes the post-quantum exchanges by itself. */
    static void choose() {
        System.setProperty(
                SecurityUtils.SECURITY_PROVIDER_REGISTRARS,
                SunJCESecurityProviderRegistrar.class.getName() + "," + JdkEd25519.class.getName());
    }
}
