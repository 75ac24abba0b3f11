package io.opnmanager.tunnel.agent;

import io.opnmanager.tunnel.agent.broker.BrokerFailure;
import io.opnmanager.tunnel.agent.broker.Credential;
import io.opnmanager.tunnel.agent.broker.StateFolder;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.opnmanager.tunnel.contract.call.Fields;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code agent enroll}. */
@Command(
        name = "enroll",
        description = "Trade an enrolment token for this firewall's own credential, once.")
final class EnrollCommand implements Callable<Integer> {
    private static final int LONGEST_TOKEN = 4096;

    private final AgentConfiguration configuration;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
            names = "--broker",
            paramLabel = "URL",
            required = true,
            description = "The broker: https://host[:port].")
    @SuppressWarnings("NullAway.Init")
    String broker;

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    TokenSource token;

    @ArgGroup(exclusive = true)
    @Nullable TrustSource trust;

    @Option(names = "--force", description = "Replace an enrolment that is there.")
    boolean force;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text or json. Never shows a secret.")
    @SuppressWarnings("NullAway.Init")
    Output output;

    enum Output {
        text,
        json
    }

    /** On the command line every user of the machine can read it, hence the others. */
    static final class TokenSource {
        @Option(
                names = "--token",
                paramLabel = "TOKEN",
                description = "The enrolment token; - reads it from the standard input.")
        @Nullable String text;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "File that holds the enrolment token; - is the standard input.")
        @Nullable String file;
    }

    static final class TrustSource {
        @Option(
                names = "--ca-file",
                paramLabel = "FILE",
                description = "PEM file with the authorities to trust instead of the system's.")
        @Nullable Path caFile;

        @Option(
                names = "--pinned-key",
                paramLabel = "PIN",
                description =
                        "sha256/<base64>: trust exactly this public key, whatever its certificate says.")
        @Nullable String pinnedKey;
    }

    EnrollCommand(AgentConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            BrokerAddress address = address();
            Enrolment enrolment =
                    new Enrolment(
                            new StateFolder(Path.of(configuration.stateFolder())),
                            Version.number(),
                            configuration.webTarget());
            Credential credential = enrolment.enrol(address, readToken(), force);
            print(credential);
            return ExitCode.DONE.number();
        } catch (Enrolment.EnrolledAlready e) {
            err.println(e.getMessage());
            return ExitCode.ENROLLED_ALREADY.number();
        } catch (BrokerFailure failure) {
            return switch (failure) {
                case BrokerFailure.Refusal refusal -> {
                    err.println("the broker refused the enrolment: " + refusal.getMessage());
                    yield refusal.worthRetrying()
                            ? ExitCode.BROKER_AWAY.number()
                            : ExitCode.REFUSED.number();
                }
                case BrokerFailure.Away away -> {
                    err.println("the broker cannot be reached: " + away.getMessage());
                    yield ExitCode.BROKER_AWAY.number();
                }
            };
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return ExitCode.USAGE.number();
        } catch (UncheckedIOException e) {
            err.println(e.getMessage());
            return ExitCode.BROKE.number();
        }
    }

    private BrokerAddress address() {
        Path caFile = trust == null ? null : trust.caFile;
        return BrokerAddress.of(
                broker,
                caFile == null ? null : caFile.toString(),
                trust == null ? null : trust.pinnedKey);
    }

    private String readToken() {
        String text = token.text;
        if (text != null && !text.equals("-")) {
            return text;
        }
        String file = token.file;
        try (InputStream in =
                file == null || file.equals("-")
                        ? System.in
                        : Files.newInputStream(Path.of(file))) {
            String read = new String(in.readNBytes(LONGEST_TOKEN), StandardCharsets.UTF_8).strip();
            if (read.isEmpty()) {
                throw new IllegalArgumentException("token: wanted one, found nothing");
            }
            return read;
        } catch (IOException e) {
            throw new IllegalArgumentException("token: wanted a readable file, found " + file, e);
        }
    }

    private void print(Credential credential) {
        PrintWriter out = spec.commandLine().getOut();
        switch (output) {
            case text ->
                    out.printf(
                            "enrolled firewall %d, SSH to %s@%s:%d, state in %s%n",
                            credential.firewallId(),
                            credential.sshUser(),
                            credential.sshHost(),
                            credential.sshPort(),
                            configuration.stateFolder());
            case json -> out.println(json(credential));
        }
        out.flush();
    }

    private String json(Credential credential) {
        byte[] shown =
                Fields.write(json -> {
                    json.writeNumberField("firewall_id", credential.firewallId());
                    json.writeStringField("broker_url", credential.brokerUrl());
                    json.writeStringField("ssh_host", credential.sshHost());
                    json.writeNumberField("ssh_port", credential.sshPort());
                    json.writeStringField("ssh_user", credential.sshUser());
                    json.writeStringField("state_folder", configuration.stateFolder());
                });
        return new String(shown, StandardCharsets.UTF_8);
    }
}
