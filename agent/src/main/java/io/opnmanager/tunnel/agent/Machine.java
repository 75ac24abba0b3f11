package io.opnmanager.tunnel.agent;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this box says of itself. */
final class Machine {
    private static final int LONGEST_PLATFORM = 128;

    private Machine() {}

    static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    static String platform() {
        String all =
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch");
        return all.length() <= LONGEST_PLATFORM ? all : all.substring(0, LONGEST_PLATFORM);
    }
}
