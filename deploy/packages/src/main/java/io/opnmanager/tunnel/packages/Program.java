package io.opnmanager.tunnel.packages;

import java.util.List;

/** The four programs: where the build leaves them, how they are started, what belongs to them. */
enum Program {
    BROKER(
            "broker",
            "broker",
            "opnmanager-broker",
            "io.opnmanager.tunnel.broker.program.BrokerMain",
            // The sizes of its heap follow the machine's; one processor or less than 2 GB, and the
            // JVM takes the serial collector by itself.
            "-XX:MaxRAMPercentage=50 " + Compiler.BRIEF + " -XX:+ExitOnOutOfMemoryError",
            "opnmanager-broker.service",
            ""),
    AGENT(
            "agent",
            "agent",
            "opnmanager-agent",
            "io.opnmanager.tunnel.agent.AgentMain",
            // What is young is touched as a whole: it is small, because the data path makes no
            // garbage for what it moves (ADR 0038).
            "-XX:+UseSerialGC -Xms8m -Xmn4m -Xmx32m -Xss512k -XX:ReservedCodeCacheSize=24m -XX:+UnlockExperimentalVMOptions -XX:TrimNativeHeapInterval=5000 "
                    + Compiler.BRIEF
                    + " -XX:+ExitOnOutOfMemoryError",
            "opnmanager-agent.service",
            ""),
    QUICKCONNECT_AGENT(
            "quickconnect-agent",
            "quickconnect-agent",
            "opnmanager-quickconnect-agent",
            "io.opnmanager.tunnel.quickconnect.QuickconnectMain",
            // It asks every 15 s: code that runs so seldom is not worth a second compiler's memory.
            "-XX:+UseSerialGC -Xms4m -Xmn1m -Xmx16m -Xss512k -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=12m -XX:+UnlockExperimentalVMOptions -XX:TrimNativeHeapInterval=5000 -XX:+ExitOnOutOfMemoryError",
            "opnmanager-quickconnect-agent.service",
            "opnmanager-quickconnect-agent-once.service opnmanager-quickconnect-agent-once.timer"),
    TUNNELCTL(
            "tunnelctl",
            "deploy/tunnelctl",
            "tunnelctl",
            "io.opnmanager.tunnel.tunnelctl.TunnelctlMain",
            "-XX:+UseSerialGC -Xmx256m " + Compiler.BRIEF,
            "",
            "");

    /** Options of the second compiler, of the programs that have one. */
    private static final class Compiler {
        /**
         * Bounds what it copies into one another. The long chains of small methods that libraries
         * are made of cost it twice the time without them, which a machine of two cores lacks for
         * its first minutes, and are no faster in the end (ADR 0041).
         */
        static final String BRIEF =
                "-XX:MaxInlineLevel=9 -XX:FreqInlineSize=200 -XX:InlineSmallCode=1000";

        private Compiler() {}
    }

    private final String component;
    private final String module;
    private final String packageName;
    private final String main;
    private final String options;
    private final String enabled;
    private final String offered;

    Program(
            String component,
            String module,
            String packageName,
            String main,
            String options,
            String enabled,
            String offered) {
        this.component = component;
        this.module = module;
        this.packageName = packageName;
        this.main = main;
        this.options = options;
        this.enabled = enabled;
        this.offered = offered;
    }

    /** Folder below {@code /usr/lib/opnmanager-tunnel}. */
    String component() {
        return component;
    }

    /** Folder of the sources. */
    String module() {
        return module;
    }

    /** Name of the package and of the program, too. */
    String packageName() {
        return packageName;
    }

    /** The class that begins. */
    String main() {
        return main;
    }

    /** Options of the JVM. */
    String options() {
        return options;
    }

    /** Units that an installation enables. */
    List<String> enabled() {
        return words(enabled);
    }

    /** Units that are there for who wants them. */
    List<String> offered() {
        return words(offered);
    }

    private static List<String> words(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(" ", -1));
    }
}
