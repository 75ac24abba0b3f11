package io.opnmanager.tunnel.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CompilersTest {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path MISSING = Path.of("/proc/0");

    @Test
    void what_the_compilers_of_a_process_that_was_started_use_is_counted() throws Exception {
        Compilers compilers = Compilers.watch();
        // Compiles every method before its first call, which is some seconds of work.
        Process compiling =
                new ProcessBuilder(JAVA.toString(), "-Xcomp", "--version")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        double seconds = 0;
        while (compiling.isAlive() && seconds < 0.1) {
            Thread.sleep(20);
            seconds += compilers.seconds();
        }
        compiling.destroyForcibly();
        assertThat(compiling.waitFor(10, TimeUnit.SECONDS)).isTrue();

        assertThat(seconds).isGreaterThanOrEqualTo(0.1);
    }

    @Test
    void a_process_that_is_no_more_has_used_nothing() throws IOException {
        assertThat(Stat.of(MISSING))
                .satisfies(stat -> {
                    assertThat(stat.name()).isEmpty();
                    assertThat(stat.cpuSecondsWithEnded()).isZero();
                });
    }
}
