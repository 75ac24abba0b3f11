package io.opnmanager.tunnel.agent.transport;

import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.SunJCESecurityProviderRegistrar;
import org.apache.sshd.common.util.security.bouncycastle.BouncyCastleSecurityProviderRegistrar;

/**
 * Which providers the SSH library uses. Every class here that touches it calls this first: the
 * library reads the property once.
 */
final class Cryptography {
    private Cryptography() {}

    /** The JDK first: its AES uses the processor's instructions, Bouncy Castle's does not. */
    static void choose() {
        System.setProperty(
                SecurityUtils.SECURITY_PROVIDER_REGISTRARS,
                SunJCESecurityProviderRegistrar.class.getName()
                        + ","
                        + BouncyCastleSecurityProviderRegistrar.class.getName());
    }
}
