package io.opnmanager.tunnel.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.benchmarks.load.Bulk;
import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import io.opnmanager.tunnel.benchmarks.load.TargetProgram;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.demo.Loopback;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSshPairTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void the_work_of_both_its_ends_is_counted_and_nothing_is_left(@TempDir Path folder)
            throws Exception {
        List<ProcessHandle> session;
        int port;
        try (TargetProgram target = TargetProgram.start(folder.resolve("target"));
                OpenSshPair pair = OpenSshPair.start(folder.resolve("pair"), target.address())) {
            port = pair.forward().getPort();
            Processes server = Processes.of(pair.ends().getFirst());
            Processes client = Processes.of(pair.ends().getLast());
            double serverBefore = server.cpuSeconds();
            double clientBefore = client.cpuSeconds();
            session = ProcessHandle.of(pair.ends().getFirst()).orElseThrow().descendants().toList();

            var _ = Bulk.run(pair.forward(), Direction.DOWN, 1, 256 * MIB);

            // The session's process does the work of the server.
            assertThat(session).isNotEmpty();
            assertThat(server.cpuSeconds()).isGreaterThan(serverBefore);
            assertThat(client.cpuSeconds()).isGreaterThan(clientBefore);
        }
        assertThat(Loopback.isListening(port)).isFalse();
        assertThat(session).noneMatch(ProcessHandle::isAlive);
    }
}
