package io.opnmanager.tunnel.order;

import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.builder.BuildContext;
import io.quarkus.builder.BuildProvider;
import io.quarkus.builder.BuildStep;
import io.quarkus.builder.BuildStepBuilder;
import java.time.Duration;
import java.util.Map;

/** Found by Quarkus as a service: has each build step wait for its turn. */
public final class OneAtATime implements BuildProvider {

    /** Steps that wait for their turn hold a thread; the default is two for each processor. */
    private static final String THREADS = "io.quarkus.builder.execution.maxPoolSize";

    private final Duration limit;

    /** As Quarkus makes it. */
    public OneAtATime() {
        this(Duration.ofMinutes(2));
    }

    OneAtATime(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void installInto(BuildChainBuilder chain) {
        System.setProperty(THREADS, "1024");
        Turns turns = new Turns(limit);
        for (Object one : Inside.of(chain, "steps", Map.class).keySet()) {
            BuildStepBuilder builder = (BuildStepBuilder) one;
            BuildStep step = Inside.of(builder, "buildStep", BuildStep.class);
            builder.setBuildStep(new InTurn(step, turns));
        }
    }

    /** One step of Quarkus, by the name that it has there. */
    record InTurn(BuildStep step, Turns turns) implements BuildStep {

        @Override
        public void execute(BuildContext context) {
            turns.take(this, context);
        }

        @Override
        public String getId() {
            return step.getId();
        }

        @Override
        public String toString() {
            return step.toString();
        }
    }
}
