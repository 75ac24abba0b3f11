package io.opnmanager.tunnel.benchmarks.fleet;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.opnmanager.tunnel.demo.Broker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A fleet of agents on two event loops. Closing ends their connections. One thread starts and
 * closes it.
 */
public final class Agents implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int JOINING = 32;
    private static final Duration LOOK_AGAIN_JOINING = Duration.ofMillis(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration TOLD_EVERY = Duration.ofSeconds(5);
    private static final int ENDING_SECONDS = 10;

    /** The cheaper one, where it can be had: what it takes, the broker beside it lacks. */
    public static final SslProvider TLS =
            OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private final EventLoopGroup loops = new NioEventLoopGroup(THREADS);
    private final List<Agent> agents = new ArrayList<>();
    private final World world;

    /** What all of them share. */
    record World(
            InetSocketAddress broker, SslContext trust, Tally tally, @Nullable Tunnels tunnels) {}

    /**
     * Nobody works yet.
     *
     * @param tunnels what opens their tunnels; {@code null} when nobody asks for any
     */
    public Agents(Broker broker, @Nullable Tunnels tunnels) throws SSLException {
        world =
                new World(
                        new InetSocketAddress(
                                InetAddress.ofLiteral(broker.uri().getHost()),
                                broker.uri().getPort()),
                        SslContextBuilder.forClient()
                                .sslProvider(TLS)
                                .trustManager(broker.certificates().authorityFile().toFile())
                                .build(),
                        new Tally(),
                        tunnels);
    }

    /**
     * Lets members begin, few at the same time, and waits until each has asked its first question.
     *
     * @throws IllegalStateException when they are not connected in time
     */
    public void start(List<Member> members, Manner manner, Duration limit)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (Member member : members) {
            while (agents.size() - connected() >= JOINING && System.nanoTime() < deadline) {
                Thread.sleep(LOOK_AGAIN_JOINING);
            }
            EventLoop loop = loops.next();
            Agent agent = new Agent(member, world, loop, manner);
            agents.add(agent);
            loop.execute(agent::start);
        }
        awaitConnected(Duration.ofNanos(deadline - System.nanoTime()), _ -> {});
    }

    /**
     * Waits until each has a connection that its check is under way on.
     *
     * @param told every few seconds, how many have one
     */
    public void awaitConnected(Duration limit, LongConsumer told) throws InterruptedException {
        long begin = System.nanoTime();
        long deadline = begin + limit.toNanos();
        long tell = begin + TOLD_EVERY.toNanos();
        long connected = connected();
        while (connected < agents.size()) {
            if (System.nanoTime() > tell) {
                told.accept(connected);
                tell += TOLD_EVERY.toNanos();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "wanted %d agents connected within %s, found %d; lost %s, refused %s"
                                .formatted(
                                        agents.size(),
                                        limit,
                                        connected,
                                        world.tally().losses(),
                                        world.tally().refusals()));
            }
            Thread.sleep(LOOK_AGAIN);
            connected = connected();
        }
    }

    /** How many have one. */
    public long connected() {
        return agents.stream().filter(Agent::isConnected).count();
    }

    /** What they saw. */
    public Tally tally() {
        return world.tally();
    }

    @Override
    public void close() {
        agents.forEach(Agent::stop);
        Future<?> ended = loops.shutdownGracefully(0, ENDING_SECONDS, TimeUnit.SECONDS);
        var _ = ended.awaitUninterruptibly(ENDING_SECONDS, TimeUnit.SECONDS);
    }
}
