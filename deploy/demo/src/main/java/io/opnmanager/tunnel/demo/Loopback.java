package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Ports of this machine, as its kernel tells them. */
public final class Loopback {

    /** RFC 793's LISTEN as {@code /proc/net/tcp} writes it. */
    private static final String LISTEN = "0A";

    /** 127.0.0.1 as the kernel writes it, and as it does for a socket that could do IPv6 too. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F");

    private Loopback() {}

    /** A port that nobody listens on now. */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
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
