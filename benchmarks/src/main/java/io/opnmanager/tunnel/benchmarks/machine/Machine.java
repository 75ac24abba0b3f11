package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Facts of this machine that figures depend on; none that tells whose it is. */
public final class Machine {

    private static final long PATIENCE_SECONDS = 10;
    private static final Pattern HAS_NUMBER = Pattern.compile("[0-9]");

    private Machine() {}

    /** Fact to value. */
    public static Map<String, String> facts() throws IOException, InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", line("/proc/cpuinfo", "model name"));
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", line("/proc/meminfo", "MemTotal"));
        facts.put("kernel", System.getProperty("os.version", "?"));
        facts.put(
                "congestion control",
                Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control")).strip());
        facts.put("system", line("/etc/os-release", "PRETTY_NAME").replace("\"", ""));
        facts.put("java", Runtime.version().toString());
        facts.put("openssh", version("ssh", "-V"));
        facts.put("nginx", version("nginx", "-v"));
        facts.put("stunnel", version("stunnel4", "-version"));
        return facts;
    }

    private static String line(String file, String key) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.replaceFirst("^[^:=]*[:=]\\s*", ""))
                .findFirst()
                .orElse("?");
    }

    /** The first line with a number that a program says of itself. */
    private static String version(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return said.lines().filter(HAS_NUMBER.asPredicate()).findFirst().orElse("?").strip();
    }
}
