package io.opnmanager.tunnel.quickconnect;

import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.Quarkus;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The one command. */
@TopCommand
@Command(
        name = "quickconnect-agent",
        description =
                "Asks the broker whether anything waits for this firewall and triggers the agent when it"
                        + " does; ends on SIGTERM.",
        mixinStandardHelpOptions = true,
        versionProvider = QuickconnectCommand.Version.class,
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0   ended, or with --once: nothing to do",
            "  1   something broke",
            "  2   wrong usage or configuration",
            "  3   --once: the broker cannot be reached",
            "  4   not enrolled, or --once: the broker refused the credential",
            "  5   --once: the agent cannot be reached",
            "  10  --once: the agent was triggered"
        })
final class QuickconnectCommand implements Callable<Integer> {
    private static final Logger log = Logger.getLogger(QuickconnectCommand.class);

    private final QuickconnectConfiguration configuration;
    private final Ending ending;

    @Option(names = "--once", description = "Ask once, trigger if needed, and end.")
    boolean once;

    /** Read before the start by {@link QuickconnectMain}; here for the help. */
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read the configuration from this YAML file.")
    @Nullable Path config;

    /** Read before the start by {@link QuickconnectMain}; here for the help. */
    @Option(names = "--verbose", description = "Log every trigger.")
    boolean verbose;

    /** Read before the start by {@link QuickconnectMain}; here for the help. */
    @Option(names = "--debug", description = "Log what the libraries do, too.")
    boolean debug;

    QuickconnectCommand(QuickconnectConfiguration configuration, Ending ending) {
        this.configuration = configuration;
        this.ending = ending;
    }

    /** The version of this build. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "quickconnect-agent "
                        + ConfigProvider.getConfig()
                                .getOptionalValue("quarkus.application.version", String.class)
                                .orElse("unknown")
            };
        }
    }

    @Override
    public Integer call() {
        try {
            Path folder = Path.of(configuration.stateFolder());
            Optional<Credential> credential = Credential.in(folder);
            if (credential.isEmpty()) {
                log.errorf("not enrolled: no credential in %s, run 'agent enroll' first", folder);
                return ExitCode.REFUSED.number();
            }
            return work(folder, credential.get()).number();
        } catch (IllegalArgumentException e) {
            log.errorf("%s", e.getMessage());
            return ExitCode.USAGE.number();
        } catch (UncheckedIOException e) {
            log.errorf("%s", e.getMessage());
            return ExitCode.BROKE.number();
        }
    }

    private ExitCode work(Path folder, Credential credential) {
        try (Watch watch =
                        new Watch(
                                new Broker(address(configuration.broker(), credential), credential),
                                new Trigger(
                                        configuration
                                                .socket()
                                                .map(Path::of)
                                                .orElseGet(() -> folder.resolve("agent.sock"))),
                                new Health(
                                        configuration
                                                .healthFile()
                                                .map(Path::of)
                                                .orElseGet(() ->
                                                        folder.resolve("quickconnect.health"))),
                                Duration.ofSeconds(credential.checkInterval()));
                ServiceManager manager = ServiceManager.ofThisProcess()) {
            if (once) {
                return watch.once();
            }
            // As text: digits of a language would be loaded for a number, and stay.
            log.infof("quickconnect-agent started firewall=%s", credential.firewallId());
            watch.start();
            ending.covers(watch);
            manager.ready(watch::onTime);
            Quarkus.waitForExit();
            return ExitCode.NOTHING_TO_DO;
        }
    }

    static BrokerAddress address(
            QuickconnectConfiguration.BrokerOverrides overrides, Credential credential) {
        // An overriding trust replaces the enrolled one as a whole: a pin and a file exclude each
        // other.
        boolean otherTrust = overrides.caFile().isPresent() || overrides.pinnedKey().isPresent();
        return BrokerAddress.of(
                overrides.url().orElse(credential.brokerUrl()),
                otherTrust ? overrides.caFile().orElse(null) : credential.caFile(),
                otherTrust ? overrides.pinnedKey().orElse(null) : credential.pinnedKey());
    }
}
