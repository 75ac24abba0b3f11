package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.digest.BuiltinDigests;

/**
 * A public key that an agent may sign in to the SSH server with.
 *
 * @param line type and key as in {@code authorized_keys}, without comment
 * @param fingerprint {@code SHA256:…} as {@code ssh-keygen -l} prints it
 */
record SshKey(String line, String fingerprint) {

    private static final Set<String> TYPES =
            Set.of(
                    "ssh-ed25519",
                    "ecdsa-sha2-nistp256",
                    "ecdsa-sha2-nistp384",
                    "ecdsa-sha2-nistp521",
                    "ssh-rsa");

    private static final String WANTED =
            "wanted one line as in authorized_keys, without options: ssh-ed25519, ecdsa-sha2-nistp256, -384 or -521, or"
                    + " ssh-rsa from 3072 bits";

    /** Below: breakable in the lifetime of a box. Above: only good for keeping a broker busy. */
    private static final int RSA_SMALLEST = 3_072;

    private static final int RSA_LARGEST = 16_384;

    private static final Pattern LINE =
            Pattern.compile("([a-z0-9-]{1,40}) ([A-Za-z0-9+/]+={0,2})(?: ([^\\p{Cntrl}]*))?");

    /**
     * Reads one line.
     *
     * @throws Problem {@code ssh_key_refused}
     */
    static SshKey parse(String text) {
        SshProviders.choose();
        // ssh-keygen ends its files with a line break and many scripts send them as they are.
        Matcher line = LINE.matcher(text.strip());
        if (!line.matches()) {
            throw refused("found another form");
        }
        if (!TYPES.contains(line.group(1))) {
            throw refused("found the type " + line.group(1));
        }
        String written = line.group(1) + " " + line.group(2);
        PublicKey key = key(written);
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits < RSA_SMALLEST || bits > RSA_LARGEST) {
                throw refused("found ssh-rsa of " + bits + " bits");
            }
        }
        if (!PublicKeyEntry.toString(key).equals(written)) {
            throw refused("found a key that is not what its type says");
        }
        return new SshKey(written, KeyUtils.getFingerPrint(BuiltinDigests.sha256, key));
    }

    private static PublicKey key(String written) {
        try {
            PublicKey key =
                    PublicKeyEntry.parsePublicKeyEntry(written)
                            .resolvePublicKey(null, Map.of(), PublicKeyEntryResolver.FAILING);
            if (key != null) {
                return key;
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // Whatever a decoder stumbles over, the line was sent by a stranger and is no key.
        }
        throw refused("found a key that cannot be read");
    }

    private static Problem refused(String found) {
        return new Problem(ProblemCode.SSH_KEY_REFUSED, WANTED + "; " + found);
    }
}
