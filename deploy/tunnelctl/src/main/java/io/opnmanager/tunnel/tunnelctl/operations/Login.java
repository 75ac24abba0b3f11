package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.DeviceSignIn;
import io.opnmanager.tunnel.contract.operator.DeviceSignInAsk;
import io.opnmanager.tunnel.contract.operator.SignInAsk;
import io.opnmanager.tunnel.contract.operator.SignedIn;
import io.opnmanager.tunnel.contract.operator.Token;
import io.opnmanager.tunnel.contract.operator.TokenAsk;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Signs in, and leaves a token and a certificate behind that last as long as asked. Passwords are
 * not kept.
 */
public final class Login {

    private static final int NAME_BYTES = 4;

    /** What a provider that is too busy makes us wait longer (RFC 8628 §3.5). */
    private static final Duration SLOWER = Duration.ofSeconds(5);

    private final BrokerClient broker;
    private final Home home;

    /** At a broker; what comes of it is kept in a home. */
    public Login(BrokerClient broker, Home home) {
        this.broker = broker;
        this.home = home;
    }

    /**
     * With name and password.
     *
     * @param code asked for when the operator has a second factor
     */
    public Home.SignIn withPassword(
            String name, String password, Supplier<String> code, Duration lifetime) {
        BrokerClient person;
        try {
            person = broker.signIn(new SignInAsk(name, password, null));
        } catch (BrokerFailure.Refusal e) {
            if (!e.code().equals("second_factor_required")) {
                throw e;
            }
            person = broker.signIn(new SignInAsk(name, password, code.get()));
        }
        return keepTokenOf(person, lifetime);
    }

    /**
     * At the provider of OpenID Connect, in a browser on any machine.
     *
     * @param shown where the person has to go
     */
    public Home.SignIn withDevice(Consumer<DeviceSignIn> shown, Duration lifetime)
            throws InterruptedException {
        DeviceSignIn begun = broker.beginDeviceSignIn();
        shown.accept(begun);
        DeviceSignInAsk ask = new DeviceSignInAsk(begun.deviceCode());
        Duration interval = Duration.ofSeconds(Math.max(1, begun.interval()));
        Instant end = Instant.now().plusSeconds(begun.expiresIn());
        while (true) {
            Thread.sleep(interval);
            try {
                return keepTokenOf(broker.signIn(ask), lifetime);
            } catch (BrokerFailure e) {
                if (e instanceof BrokerFailure.Refusal refusal) {
                    if (refusal.status() == 429) {
                        interval = interval.plus(SLOWER);
                    } else if (!refusal.code().equals("sign_in_pending")
                            && !refusal.worthRetrying()) {
                        throw e;
                    }
                }
                if (Instant.now().isAfter(end)) {
                    throw e;
                }
            }
        }
    }

    /** With a token that was made elsewhere. */
    public Home.SignIn withToken(String token) {
        SignedIn who = broker.withToken(token).whoAmI();
        return keep(who.operator(), token, null, who.expiresAt());
    }

    private Home.SignIn keepTokenOf(BrokerClient person, Duration lifetime) {
        try {
            SignedIn who = person.whoAmI();
            Token made = person.makeToken(new TokenAsk(name(), lifetime.toSeconds(), null, null));
            if (made.token() == null) {
                throw new IllegalStateException("wanted a token, found none in the answer");
            }
            return keep(who.operator(), made.token(), made.id(), made.expiresAt());
        } finally {
            person.signOut();
        }
    }

    private Home.SignIn keep(
            String operator, String token, @Nullable Long tokenId, @Nullable Instant expiresAt) {
        BrokerAddress address = broker.address();
        logout();
        Home.SignIn signIn =
                new Home.SignIn(
                        address.url().toString(),
                        address.caFile() == null
                                ? null
                                : address.caFile().toAbsolutePath().toString(),
                        operator,
                        token,
                        tokenId,
                        expiresAt);
        home.keep(signIn);
        return signIn;
    }

    /** Revokes what an earlier sign-in at this broker has made, and forgets it. */
    public void logout() {
        home.signIn().filter(this::isHere).ifPresent(this::revoke);
        home.forget();
    }

    private boolean isHere(Home.SignIn before) {
        return before.broker().equals(broker.address().url().toString());
    }

    private void revoke(Home.SignIn before) {
        BrokerClient client = broker.withToken(before.token());
        try {
            client.revokeCertificates();
            if (before.tokenId() != null) {
                client.revokeToken(before.tokenId());
            }
        } catch (BrokerFailure.Refusal e) {
            if (e.status() != 401 && e.status() != 403) {
                throw e;
            }
            // It was over before.
        }
    }

    /** Unique among the operator's tokens, and telling where it is used. */
    private static String name() {
        byte[] random = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(random);
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "a machine without a name";
        }
        String name = "tunnelctl on " + host;
        return (name.length() > 80 ? name.substring(0, 80) : name)
                + " "
                + HexFormat.of().formatHex(random);
    }
}
