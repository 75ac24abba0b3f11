package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Results;
import io.opnmanager.tunnel.benchmarks.network.Inside;
import io.opnmanager.tunnel.benchmarks.network.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Throughput over delay and loss. Two namespaces with kernel settings of their own hold all of it:
 * {@link DistanceInside} measures in one of them, so that nothing of this machine's own network is
 * changed and nothing can be left of it.
 */
public final class Distance implements Experiment {

    /**
     * As far as the kernel lets buffers grow by themselves; also the usual bound to receive. The
     * usual one to send, 4 MiB, ends any TCP connection at 280 Mb/s at 80 ms and at 140 at 160.
     */
    private static final String TO_32_MIB = " 33554432";

    @Override
    public String name() {
        return "distance";
    }

    @Override
    public String question() {
        return "How much goes through a tunnel over 20, 80 and 160 ms, without loss and with 0.1 %?";
    }

    /** With a broker in a network of its own. */
    @Override
    public boolean alone() {
        return true;
    }

    @Override
    public void run(Bench bench) throws Exception {
        Namespace near = bench.own(Namespace.make("near"));
        Namespace far = bench.own(Namespace.make("far"));
        for (Namespace side : List.of(near, far)) {
            side.set("net.ipv4.tcp_rmem", "4096 131072" + TO_32_MIB);
            side.set("net.ipv4.tcp_wmem", "4096 16384" + TO_32_MIB);
        }
        Path result = bench.folder().resolve("result.json");
        int code =
                Inside.run(
                        near,
                        DistanceInside.class,
                        List.of(
                                near.name(),
                                far.name(),
                                bench.scale().name(),
                                bench.folder().resolve("inside").toString(),
                                result.toString()));
        if (!Files.exists(result)) {
            throw new IOException("the measurement ended with " + code + " and left no result");
        }
        Results.Document document = Results.read(result);
        document.settings().forEach(bench::setting);
        bench.setting(
                "buffers",
                "tcp_wmem is raised at both ends: its usual 4 MiB bound any TCP connection");
        for (Results.Measured measured : document.measured()) {
            measured.samples()
                    .forEach((contender, samples) ->
                            samples.forEach(
                                    sample -> bench.note(measured.figure(), contender, sample)));
        }
        if (document.failure() != null) {
            throw new IOException(document.failure());
        }
    }
}
