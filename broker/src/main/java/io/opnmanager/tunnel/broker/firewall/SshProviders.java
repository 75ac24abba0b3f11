package io.opnmanager.tunnel.broker.firewall;

import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.SunJCESecurityProviderRegistrar;
import org.apache.sshd.common.util.security.bouncycastle.BouncyCastleSecurityProviderRegistrar;

/**
 * Which providers the SSH library uses. Whoever touches it first calls this before: the library
 * reads the property once. Its own list has a third one, which a native executable cannot look for.
 */
public final class SshProviders {
    private SshProviders() {}

    /** The JDK first: its AES uses the processor's instructions, Bouncy Castle's does not. */
    public static void choose() {
        System.setProperty(
                SecurityUtils.SECURITY_PROVIDER_REGISTRARS,
                SunJCESecurityProviderRegistrar.class.getName()
                        + ","
                        + BouncyCastleSecurityProviderRegistrar.class.getName());
    }
}
