package io.opnmanager.tunnel.benchmarks.measure;

import io.opnmanager.tunnel.benchmarks.machine.Compilers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What one experiment works with: its scale, its folder, its results, and the parts that it started
 * and that are closed after it, the last first. One thread owns it.
 */
public final class Bench implements AutoCloseable {

    private final Scale scale;
    private final Path folder;
    private final Progress progress;
    private final Results results;
    private final Shared shared;
    private final Parts parts;

    /**
     * In a folder that is emptied.
     *
     * @param shared what outlasts the experiment, its owner's
     */
    public Bench(Scale scale, Path folder, Progress progress, Results results, Shared shared)
            throws IOException {
        Folders.delete(folder);
        this.shared = shared;
        this.parts = new Parts(progress::say);
        this.scale = scale;
        this.folder = Files.createDirectories(folder);
        this.progress = progress;
        this.results = results;
    }

    /** How long everything is measured. */
    public Scale scale() {
        return scale;
    }

    /** Empty, for whatever the experiment writes; removed after it. */
    public Path folder() {
        return folder;
    }

    /** Tells the person who waits what is done now. */
    public void say(String what) {
        progress.say(what);
    }

    /** Keeps a part until the experiment has ended. */
    public <T extends AutoCloseable> T own(T part) {
        return parts.own(part);
    }

    /** What the experiments that go on with this one use too. */
    public Shared shared() {
        return shared;
    }

    /** A fact that a reader needs to judge the figures: a version, a setting, a size. */
    public void setting(String name, String value) {
        results.setting(name, value);
    }

    /** Notes a sample that was taken outside of rounds. */
    public void note(Figure figure, String contender, double value) {
        results.note(figure, contender, value);
    }

    /** Work for so long. */
    @FunctionalInterface
    public interface Work {
        void go(Duration time) throws Exception;
    }

    /** Lets ours work until what that needs is compiled. Nothing is noted. */
    public void warmUp(Work work) throws Exception {
        new WarmUp(scale.warmUp(), Compilers.watch()::seconds).with(() -> work.go(WarmUp.BURST));
    }

    /**
     * Lets ours do what has most to be compiled, then what is measured, each until it is compiled;
     * the others take their turn once. Nothing is noted.
     */
    public void warmUp(List<Contender> contenders, Work slowest) throws Exception {
        progress.say("warming up");
        warmUp(slowest);
        for (Contender contender : contenders) {
            if (contender.name().equals(Figure.OURS)) {
                warmUp(_ -> contender.turn().take((_, _) -> {}));
            } else {
                contender.turn().take((_, _) -> {});
            }
        }
    }

    /**
     * Lets the contenders take turns, as many rounds as the scale has. Who begins changes from
     * round to round, so that nobody always works on the machine that the same other one has
     * warmed.
     */
    public void alternate(List<Contender> contenders) throws Exception {
        for (int round = 0; round < scale.rounds(); round++) {
            for (int turn = 0; turn < contenders.size(); turn++) {
                Contender contender = contenders.get((round + turn) % contenders.size());
                progress.say(
                        "round %d of %d: %s"
                                .formatted(round + 1, scale.rounds(), contender.name()));
                contender
                        .turn()
                        .take((figure, value) -> results.note(figure, contender.name(), value));
            }
        }
    }

    @Override
    public void close() throws IOException {
        parts.close();
        Folders.delete(folder);
    }
}
