package io.opnmanager.tunnel.acceptance;

import io.opnmanager.tunnel.demo.SignedRelease;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link World} shall have. */
final class WorldBuilder {
    private static final int DEFAULT_PORTS = 50;

    final String name;
    final Map<String, String> settings = new LinkedHashMap<>();
    int firewalls;
    int ports = DEFAULT_PORTS;
    boolean plainHttp;
    boolean gateway;
    @Nullable String heap;
    @Nullable SignedRelease release;

    WorldBuilder(String name) {
        this.name = name;
    }

    /** Firewalls with our agents. */
    WorldBuilder firewalls(int count) {
        firewalls = count;
        return this;
    }

    /** How many ports the broker may give away. */
    WorldBuilder ports(int count) {
        ports = count;
        return this;
    }

    /** The console over plain HTTP on loopback, as in the demo, instead of TLS. */
    WorldBuilder plainHttp() {
        plainHttp = true;
        return this;
    }

    /** The gateway for programs, with the broker's own certificate. */
    WorldBuilder gateway() {
        gateway = true;
        return this;
    }

    /** A release of agents, and with it enrolment lines. */
    WorldBuilder release(SignedRelease served) {
        release = served;
        return this;
    }

    /** The most memory that the broker may take for its heap, such as 128m. */
    WorldBuilder heap(String most) {
        heap = most;
        return this;
    }

    /** A configuration key of the broker. */
    WorldBuilder with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Starts all of it. */
    World start() throws Exception {
        return World.start(this);
    }
}
