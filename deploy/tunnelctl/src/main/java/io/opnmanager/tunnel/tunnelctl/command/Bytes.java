package io.opnmanager.tunnel.tunnelctl.command;

import java.util.Locale;

/** Numbers of bytes as people read them. */
final class Bytes {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Bytes() {}

    static String text(long bytes) {
        double number = bytes;
        int unit = 0;
        while (number >= 1000 && unit < UNITS.length - 1) {
            number /= 1000;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(Locale.ROOT, "%.1f %s", number, UNITS[unit]);
    }
}
