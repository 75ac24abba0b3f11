package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine, as its kernel tells them. */
public final class Loopback {

    /** RFC 793's LISTEN as {@code /proc/net/tcp} writes it. */
    private static final String LISTEN = "0A";

    /** 127.0.0.1 as the kernel writes it, and as it does for a socket that could do IPv6 too. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F");

    /** So many processes may look for ports at the same time. */
    public static final int PARTS = 4;

    /**
     * Which of them this one is, from 0: system property {@code ports.part} modulo {@link #PARTS}.
     * Each looks in a part of its own, because what one of them was given is free to the others
     * until somebody listens there.
     */
    public static final int PART =
            Math.floorMod(Integer.parseInt(System.getProperty("ports.part", "0")), PARTS);

    private static final int PART_SIZE = 2_500;

    /**
     * Below those that the system gives to whoever connects (from 32768 on), and to itself: a port
     * may be taken some time after it was found.
     */
    private static final int FIRST_FREE = 10_000 + PART * PART_SIZE;

    private static final int LAST_FREE = FIRST_FREE + PART_SIZE - 1;
    private static final int ATTEMPTS = 1_000;

    /** What this process was given: nobody may listen there yet, but somebody will. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Loopback() {}

    /** A port that nobody listens on now, a different one each time. */
    public static int freePort() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_FREE, LAST_FREE + 1);
            if (GIVEN.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("no port from " + FIRST_FREE + " to " + LAST_FREE + " is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Everything that listens on a port from {@code first} to {@code last}, on any address. */
    public static List<Listener> listeners(int first, int last) throws IOException {
        List<Listener> found = new ArrayList<>();
        for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
            if (!Files.isReadable(table)) {
                continue;
            }
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+", 5);
                if (columns.length < 5 || !LISTEN.equals(columns[3])) {
                    continue;
                }
                String[] address = columns[1].split(":", 2);
                int port = Integer.parseInt(address[1], 16);
                if (port >= first && port <= last) {
                    found.add(new Listener(port, LOOPBACK.contains(address[0])));
                }
            }
        }
        return found;
    }

    /** Whether anything listens on this port, on any address. */
    public static boolean isListening(int port) throws IOException {
        return !listeners(port, port).isEmpty();
    }

    /**
     * A listening socket.
     *
     * @param port its port
     * @param onLoopbackOnly whether it is bound on 127.0.0.1
     */
    public record Listener(int port, boolean onLoopbackOnly) {}
}
