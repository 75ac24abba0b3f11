package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.DeviceSignIn;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import io.opnmanager.tunnel.tunnelctl.operations.Login;
import io.opnmanager.tunnel.tunnelctl.operations.OperatorKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Signs in. */
@Command(
        name = "login",
        description = {
            "Sign in at a broker.",
            "Keeps a token and a certificate in your profile, readable by you only; passwords are not kept. The certificate's key is made here and stays here."
        })
final class LoginCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @ArgGroup @Nullable Method method;

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            description = "Your name at the broker; asked for when it is needed.")
    @Nullable String operator;

    @Option(
            names = "--lifetime",
            paramLabel = "TIME",
            defaultValue = "8h",
            converter = Lifetime.class,
            description = "How long to stay signed in (${DEFAULT-VALUE}).")
    Duration lifetime = Duration.ofHours(8);

    /** How; at most one. */
    static final class Method {

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "Read the password from a file; - is the standard input.")
        @Nullable String passwordFile;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description =
                        "Sign in with a token that was made in the console; - is the standard input.")
        @Nullable String tokenFile;

        @Option(
                names = "--device",
                description =
                        "Sign in at your organisation's own sign-in page, in a browser on any machine.")
        boolean device;
    }

    @Override
    public Integer call() throws InterruptedException {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        BrokerAddress address = top.address();
        Home home = top.home();
        Screen screen = top.screen();
        try (BrokerClient broker = BrokerClient.anonymous(address, top.proxies())) {
            Home.SignIn signIn = signIn(new Login(broker, home), screen);
            tell(screen, signIn, certificate(broker.withToken(signIn.token()), home, screen));
            return ExitCode.DONE.number();
        }
    }

    private Home.SignIn signIn(Login login, Screen screen) throws InterruptedException {
        if (method != null && method.device) {
            return login.withDevice(begun -> show(begun, screen), lifetime);
        }
        if (method != null && method.tokenFile != null) {
            return login.withToken(Secrets.read(method.tokenFile, "--token-file"));
        }
        String name = operator == null ? Secrets.askOpenly("Operator", "--operator") : operator;
        String password =
                method != null && method.passwordFile != null
                        ? Secrets.read(method.passwordFile, "--password-file")
                        : Secrets.ask("Password of " + name, "--password-file");
        return login.withPassword(
                name,
                password,
                () -> Secrets.askOpenly("Code of your second factor", "--token-file"),
                lifetime);
    }

    private static void show(DeviceSignIn begun, Screen screen) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("verification_uri", begun.verificationUri());
        if (begun.verificationUriComplete() != null) {
            document.put("verification_uri_complete", begun.verificationUriComplete());
        }
        document.put("user_code", begun.userCode());
        document.put("expires_in", begun.expiresIn());
        screen.tell(
                "Open %s in a browser and type the code %s.%nWaiting, %d minutes at the most."
                        .formatted(
                                begun.verificationUri(),
                                begun.userCode(),
                                Math.max(1, begun.expiresIn() / 60)),
                document);
    }

    /** Null when the role allows none: a viewer has no sessions. */
    private static @Nullable Instant certificate(BrokerClient broker, Home home, Screen screen) {
        try {
            return new OperatorKey(broker, home).renew().expiresAt();
        } catch (BrokerFailure.Refusal e) {
            if (e.status() != 403) {
                throw e;
            }
            screen.say("You may look, but not connect: the broker signed no certificate.");
            return null;
        }
    }

    private static void tell(Screen screen, Home.SignIn signIn, @Nullable Instant certificate) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("operator", signIn.operator());
        document.put("broker", signIn.broker());
        if (signIn.expiresAt() != null) {
            document.put("expires_at", signIn.expiresAt());
        }
        if (certificate != null) {
            document.put("certificate_expires_at", certificate);
        }
        screen.tell(
                "Signed in as %s at %s until %s."
                        .formatted(
                                signIn.operator(),
                                signIn.broker(),
                                signIn.expiresAt() == null
                                        ? "the token is revoked"
                                        : Screen.time(signIn.expiresAt())),
                document);
    }
}
