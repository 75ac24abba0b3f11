package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.firewall.Enrolment;
import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.EnrolmentKind;
import io.opnmanager.tunnel.contract.operator.EnrolmentLine;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Makes lines to paste into a root shell, be it sh, bash, csh or tcsh. So that all of them read it
 * alike it is {@code echo TOKEN | /bin/sh -c '…'} where the quoted part has no apostrophe, no
 * exclamation mark and no backslash. {@code echo} is the shell's own, so the token is in no list of
 * processes; it goes to the standard input of the installer, which nothing before it reads.
 */
@ApplicationScoped
class EnrolmentLines {

    /** What agents take for the firewall's page by themselves. */
    private final Target usual = Target.parse("https://localhost:443");

    private final Enrolment enrolment;
    private final ReleaseFolder folder;
    private final ReleaseSettings settings;

    EnrolmentLines(Enrolment enrolment, ReleaseFolder folder, ReleaseSettings settings) {
        this.enrolment = enrolment;
        this.folder = folder;
        this.settings = settings;
    }

    /** What lines can be made, now. */
    List<EnrolmentKind> kinds() {
        Release release = folder.release();
        return release == null || settings.brokerUrl().isEmpty()
                ? List.of()
                : Arrays.stream(EnrolmentKind.values())
                        .filter(kind -> missing(release, kind).isEmpty())
                        .toList();
    }

    /**
     * A line with a new token.
     *
     * @throws Problem {@code no_release}, before any token is made
     */
    EnrolmentLine make(Caller.Operator caller, FirewallRow firewall, EnrolmentKind kind) {
        Release release = folder.required();
        String missing = missing(release, kind);
        if (!missing.isEmpty()) {
            throw new Problem(
                    ProblemCode.NO_RELEASE,
                    "wanted all that a line for %s needs, found no %s"
                            .formatted(word(kind), missing));
        }
        String script = script(release, firewall, kind);
        Enrolment.Made made = enrolment.makeToken(caller, firewall.id());
        return new EnrolmentLine(
                firewall.id(),
                kind,
                release.version().text(),
                "echo %s | /bin/sh -c '%s'".formatted(made.token(), script),
                made.expiresAt());
    }

    /** What a kind lacks; empty when nothing. */
    private String missing(Release release, EnrolmentKind kind) {
        if (settings.brokerUrl().isEmpty()) {
            return "opnmanager.release.broker-url";
        }
        if (!release.has(Release.INSTALLER)) {
            return "installer in the release";
        }
        return switch (kind) {
            case OPNSENSE -> release.has(Release.SHELL_AGENT) ? "" : "sh-agent in the release";
            case DEBIAN -> release.has(Release.PACKAGE) ? "" : "deb in the release";
            case CONTAINER -> settings.image().isPresent() ? "" : "opnmanager.release.image";
        };
    }

    /** Every value in it was held against a pattern that leaves out whatever a shell expands. */
    private String script(Release release, FirewallRow firewall, EnrolmentKind kind) {
        Release.File installer = release.first(Release.INSTALLER).orElseThrow();
        String broker = settings.brokerUrl().orElseThrow();
        return String.join(
                "; ",
                "umask 077",
                "d=$(mktemp -d /tmp/opnmanager.XXXXXXXX) || exit 1",
                "trap \"rm -rf $d\" EXIT",
                "trap \"exit 1\" HUP INT TERM",
                "f=$d/install.sh",
                // With a pin the certificate is of an authority that this machine need not know:
                // what is fetched is held against the checksum, and no secret is sent.
                "curl -fsS%s -m 120 -o $f %s/api/release/%s </dev/null || { %s; exit 3; }"
                        .formatted(
                                settings.brokerPin().isPresent() ? "k" : "",
                                broker,
                                installer.name(),
                                say("the installer could not be fetched")),
                "s=$({ sha256sum <$f || sha256 -q <$f || openssl dgst -sha256 -r <$f; } 2>/dev/null | cut -c1-64)",
                "[ \"$s\" = %s ] || { %s; exit 4; }"
                        .formatted(
                                installer.sha256(),
                                say("the installer has another checksum than this line")),
                "sh $f " + arguments(broker, firewall, kind),
                // Not the last command: a shell that became the installer could not clean up.
                "exit $?");
    }

    private static String say(String words) {
        return "echo \"opnmanager: %s, nothing was run\" >&2".formatted(words);
    }

    private String arguments(String broker, FirewallRow firewall, EnrolmentKind kind) {
        StringBuilder arguments = new StringBuilder();
        arguments.append("--broker ").append(broker);
        arguments.append(" --kind ").append(word(kind));
        arguments.append(" --key-sha256 ").append(settings.keySha256().orElseThrow());
        settings.brokerPin().ifPresent(pin -> arguments.append(" --pinned-key ").append(pin));
        Target target = Target.parse(firewall.webTarget());
        if (!target.equals(usual)) {
            // Quoted for the brackets of IPv6.
            arguments.append(" --web-target \"").append(target).append('"');
        }
        if (kind == EnrolmentKind.CONTAINER) {
            arguments.append(" --image ").append(settings.image().orElseThrow());
        }
        return arguments.toString();
    }

    private static String word(EnrolmentKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
