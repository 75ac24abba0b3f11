package io.opnmanager.tunnel.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.builder.BuildChain;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.builder.BuildContext;
import io.quarkus.builder.BuildException;
import io.quarkus.builder.BuildStep;
import io.quarkus.builder.BuildStepBuilder;
import io.quarkus.builder.ChainBuildException;
import io.quarkus.builder.item.MultiBuildItem;
import io.quarkus.builder.item.SimpleBuildItem;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Steps in Quarkus' own builder; Quarkus finds the provider as it does in a build. */
class OneAtATimeTest {

    private final List<String> ran = new CopyOnWriteArrayList<>();

    static final class Result extends MultiBuildItem {}

    static final class Key extends SimpleBuildItem {}

    @Test
    void steps_run_in_the_order_of_their_names_and_after_what_they_need() throws Exception {
        BuildChainBuilder chain = chain();
        for (String name : List.of("d", "g", "b", "f", "i", "c", "h", "e")) {
            step(chain, name, _ -> {}).build();
        }
        step(chain, "k", context -> context.produce(new Key())).produces(Key.class).build();
        step(chain, "a", _ -> {}).consumes(Key.class).build();

        inOrder(chain).createExecutionBuilder("test").execute();

        assertThat(ran).containsExactly("b", "c", "d", "e", "f", "g", "h", "i", "k", "a");
    }

    @Test
    void a_step_that_fails_ends_the_build_and_those_that_wait() throws Exception {
        BuildChainBuilder chain = chain();
        step(
                        chain,
                        "a",
                        _ -> {
                            throw new IllegalStateException("no luck");
                        })
                .produces(Key.class)
                .build();
        step(chain, "b", _ -> {}).consumes(Key.class).build();
        step(chain, "c", _ -> {}).build();
        BuildChain built = inOrder(chain);

        assertThatThrownBy(() -> built.createExecutionBuilder("test").execute())
                .isInstanceOf(BuildException.class)
                .hasRootCauseMessage("no luck");
        assertThat(ran).containsExactly("a");
    }

    @Test
    void a_turn_that_is_never_taken_ends_the_build() throws Exception {
        BuildChainBuilder chain = chain();
        step(chain, "a", _ -> {}).build();
        new OneAtATime(Duration.ofMillis(100)).installInto(chain);
        BuildChain built = chain.build();
        built.createExecutionBuilder("test").execute();

        // All turns of this chain have been.
        assertThatThrownBy(() -> built.createExecutionBuilder("test").execute())
                .isInstanceOf(BuildException.class)
                .hasRootCauseMessage(
                        "It is the turn of null, which Quarkus has not started for PT0.1S; a waits");
    }

    @Test
    void a_step_that_comes_after_the_order_was_made_ends_the_build() throws Exception {
        BuildChainBuilder chain = chain();
        step(chain, "a", _ -> {}).build();
        new OneAtATime().installInto(chain);
        BuildStepBuilder late = step(chain, "b", _ -> {});
        String is = Inside.of(late, "buildStep").getClass().getName();
        late.build();
        BuildChain built = chain.build();

        assertThatThrownBy(() -> built.createExecutionBuilder("test").execute())
                .isInstanceOf(BuildException.class)
                .hasRootCauseMessage(
                        "In this Quarkus buildStep in io.quarkus.builder.StepInfo is no %s but a %s"
                                .formatted(OneAtATime.InTurn.class.getName(), is));
    }

    @Test
    void another_quarkus_ends_the_build_with_the_name_of_what_is_missing() {
        assertThatThrownBy(() -> Inside.of(chain(), "stages"))
                .hasMessage("This Quarkus has no stages in " + BuildChainBuilder.class.getName());
        assertThatThrownBy(() -> Inside.of(chain(), "steps", List.class))
                .hasMessage(
                        "In this Quarkus steps in %s is no java.util.List but a java.util.HashMap"
                                .formatted(BuildChainBuilder.class.getName()));
    }

    private static BuildChainBuilder chain() {
        BuildChainBuilder chain = BuildChain.builder();
        var _ = chain.addFinal(Result.class);
        return chain;
    }

    private static BuildChain inOrder(BuildChainBuilder chain) throws ChainBuildException {
        return chain.loadProviders(OneAtATime.class.getClassLoader()).build();
    }

    private BuildStepBuilder step(BuildChainBuilder chain, String name, BuildStep does) {
        return chain.addBuildStep(
                        new BuildStep() {
                            @Override
                            public void execute(BuildContext context) {
                                ran.add(name);
                                does.execute(context);
                            }

                            @Override
                            public String toString() {
                                return name;
                            }
                        })
                .produces(Result.class);
    }
}
